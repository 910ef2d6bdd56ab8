"""Collecting the static files, only where one of them has changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import CommandError

from frontdesk.up.problems import storage_problem


def collect_if_newer() -> bool:
    """Collect the static files into STATIC_ROOT unless they are what was collected last. True where it did.

    Raises CommandError with a sentence where the folder cannot be written.
    """
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_name(f"{root.name}.stamp")
    wanted = _digest()
    if root.is_dir() and stamp.is_file() and stamp.read_text() == wanted:
        return False
    try:
        root.mkdir(parents=True, exist_ok=True)
        stamp.unlink(missing_ok=True)
        # Without `clear` a file that came with an older date than what was collected would be passed over.
        call_command("collectstatic", interactive=False, clear=True, verbosity=0, skip_checks=True)
        stamp.write_text(wanted)
    except OSError as error:
        problem = storage_problem(root, error)
        raise CommandError(str(problem), returncode=problem.code) from error
    return True


def _digest() -> str:
    """Changes when a source file is added, removed or written, or when they are stored in another way."""
    found = [settings.STORAGES["staticfiles"]["BACKEND"]]
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = Path(storage.path(name)).stat()
            found.append(f"{storage.path(name)} {state.st_size} {state.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest()
