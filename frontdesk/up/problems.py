"""What a person is told when something outside the program must be put right: one sentence, one exit code."""

from __future__ import annotations

import errno
from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """What a shell sees. Python's argparse already uses 2 for a wrong command line."""

    FAILED = 1
    USAGE = 2
    DATABASE = 3
    PORT = 4
    STORAGE = 5
    BUSY = 6


class Problem(Exception):
    """A state of the machine that Frontdesk cannot mend; `str()` is one sentence that a person may read."""

    def __init__(self, sentence: str, code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(sentence)
        self.code = code


def storage_problem(path: Path, error: OSError) -> Problem:
    """The sentence for a folder or file that cannot be written."""
    reasons = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the disk quota is used up",
        errno.EROFS: "the disk is read-only",
        errno.EACCES: "this account may not write there",
        errno.EPERM: "this account may not write there",
        errno.ENOTDIR: "there is a file where a folder should be",
        errno.EEXIST: "there is a file where a folder should be",
    }
    reason = reasons.get(error.errno or 0) or (error.strerror or "it cannot be written").lower()
    return Problem(
        f"Cannot keep data in {path}: {reason}. Set FRONTDESK_VAR to a folder that can be written.",
        ExitCode.STORAGE,
    )
