"""Makes requirements/*.lock from requirements/*.in: every version with its hashes, no index address anywhere."""

import subprocess
import sys
from pathlib import Path

import package_index

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"
PLAIN = ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
ORDER = ["run", "dev", "train", "tools"]  # each is held to the versions of those before


def main(arguments: list[str]) -> int:
    uv = str(Path(sys.prefix) / "bin" / "uv")
    environment = package_index.environment_for_uv(sys.executable)
    for name in ORDER:
        lock = REQUIREMENTS / f"{name}.lock"
        files = [f"{name}.in", "--output-file", lock.name]
        shape = ["--universal", "--python-version", "3.11", "--generate-hashes", "--allow-unsafe"]
        done = subprocess.run(
            [uv, "pip", "compile", "--quiet", *files, *shape, *PLAIN, *arguments],
            cwd=REQUIREMENTS,
            env=environment,
            check=False,
        )
        if done.returncode:
            print(f"{name}.lock was not made; the one before is kept.", file=sys.stderr)
            return 1
        text = lock.read_text()
        if "://" in text:
            print(f"{name}.lock holds an address and must not: look for '://' in it.", file=sys.stderr)
            return 1
        print(f"requirements/{lock.name}: made")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
