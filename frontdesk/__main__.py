"""`python -m frontdesk COMMAND`: `up` runs the whole product here; everything else is a management command."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Hand the command line to whoever answers for its first word; returns the exit code."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["up"]:
        from frontdesk.up.main import run

        return run(arguments[1:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "frontdesk.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["frontdesk", *arguments])
    return 0


if __name__ == "__main__":
    sys.exit(main())
