"""Throwaway clusters for tests: fast, below `var/test/`, one for each test run that is going on at the same time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from frontdesk.up.paths import make_folder, only_one, var_folder
from frontdesk.up.postgres import Cluster
from frontdesk.up.problems import ExitCode, Problem

MOST_AT_ONCE = 20


@contextmanager
def throwaway_cluster(base: Path | None = None) -> Iterator[Cluster]:
    """A running throwaway cluster, stopped when the block ends.

    Two test runs at once get one cluster each, numbered; a number's data are kept for the run after, which may then
    reuse its databases. `base` is the folder of the numbered ones (default: `var/test`).
    """
    base = base or var_folder() / "test"
    mode = 0o711 if os.geteuid() == 0 else 0o700
    for folder in (base.parent, base):
        make_folder(folder, mode)
    with ExitStack() as held:
        cluster = Cluster(_claim(base, held), fast=True)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()


def _claim(base: Path, held: ExitStack) -> Path:
    for number in range(MOST_AT_ONCE):
        try:
            held.enter_context(only_one(base / f"{number}.lock", "Another test run"))
        except Problem as problem:
            if problem.code is not ExitCode.BUSY:
                raise
        else:
            return base / str(number)
    raise Problem(f"{MOST_AT_ONCE} test runs already go on in {base}.", ExitCode.BUSY)
