"""What the figures were measured on. No names: of machines, people or places."""

from __future__ import annotations

import os
import platform


def describe(server: str = "") -> list[str]:
    """Lines for the head of the table. `server` is the database's version, where one was used."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    lines = [f"{cores} cores, {platform.machine()}; load over 1, 5 and 15 minutes: {load}"]
    lines.append(f"Python {platform.python_version()}" + (f", {server}" if server else ""))
    if cores and os.getloadavg()[0] > cores / 2:
        lines.append("The machine is busy with other work: these figures say more of that than of Frontdesk.")
    return lines
