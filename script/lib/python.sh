# Sourced by the commands in script/: finds ROOT (the checkout) and PYTHON (3.11 or newer), or says what is missing.

ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
PYTHON=
found=
for candidate in python3 python3.14 python3.13 python3.12 python3.11 "$ROOT/.venv/bin/python"; do
    version=$("$candidate" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3]); sys.exit(sys.version_info < (3, 11))' 2>/dev/null) && {
        PYTHON=$candidate
        break
    }
    [ -n "$version" ] && [ -z "$found" ] && found=$version
done

if [ -z "$PYTHON" ]; then
    if [ -n "$found" ]; then
        echo "Frontdesk needs Python 3.11 or newer, and the python3 here is $found." >&2
    else
        echo "Frontdesk needs Python 3.11 or newer, and there is no python3 here." >&2
    fi
    exit 7
fi
