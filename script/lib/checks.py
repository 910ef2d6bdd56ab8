"""What script/test runs, one step after another, with the time that each took and what failed at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.prefix) / "bin"

CHECKS: list[tuple[str, list[str]]] = [
    ("lint", [str(BIN / "ruff"), "check"]),
    ("format", [str(BIN / "ruff"), "format", "--check"]),
    ("types", [str(BIN / "mypy")]),
    ("contracts", [str(BIN / "lint-imports")]),
    ("migrations", [sys.executable, "-m", "frontdesk", "makemigrations", "--check", "--dry-run"]),
]
MEASURED = ["--cov", "--cov-report=term"] if os.environ.get("FRONTDESK_COVERAGE") else []
ALL_TESTS = ["-n", "3", "--dist", "worksteal", "--durations=25", *MEASURED]


def main(arguments: Sequence[str]) -> int:
    """Run everything, or only pytest with the arguments given; the exit code is 0 where nothing failed."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    keep_what_is_compiled()
    with ExitStack() as held:
        try:
            provide_database(held)
        except Exception as problem:
            print(problem, file=sys.stderr)
            return 1
        browser = find_browser(install=not arguments)
        if arguments:
            return run([sys.executable, "-m", "pytest", *arguments])
        fetch_node_client()
        return run_all(browser)


def keep_what_is_compiled() -> None:
    """The tests start some hundred processes of Python: each would compile everything again where none may keep it.

    It is kept below var/, so that a wish for sources without compiled files beside them is heeded.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / "var" / "pycache"))


def provide_database(held: ExitStack) -> None:
    """One throwaway PostgreSQL for all steps, unless TEST_DATABASE_URL names a server."""
    from frontdesk.up.throwaway import throwaway_cluster

    named = os.environ.get("TEST_DATABASE_URL")
    os.environ["DATABASE_URL"] = named or held.enter_context(throwaway_cluster()).owner_url


def run_all(browser: bool) -> int:
    failed, begun = [], time.monotonic()
    for name, command in [*CHECKS, ("tests", [sys.executable, "-m", "pytest", *ALL_TESTS])]:
        print(f"\n== {name}", flush=True)
        start = time.monotonic()
        if run(command):
            failed.append(name)
        print(
            f"== {name}: {'FAILED' if name in failed else 'ok'}, {time.monotonic() - start:.1f} s", flush=True
        )
    if not browser:
        print("The browser scenarios were skipped: there is no Chromium and none could be installed.")
        if os.environ.get("CI", "").lower() in ("1", "true"):
            failed.append("browser scenarios")
    took = f"{time.monotonic() - begun:.0f} s"
    print(f"Failed: {', '.join(failed)} ({took})" if failed else f"All steps passed ({took})")
    return 1 if failed else 0


def run(command: list[str]) -> int:
    try:
        return subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:
        return 130


def find_browser(*, install: bool) -> bool:
    """Name a Chromium to the tests, installing one if asked to and none is there; whether there is one."""
    from tests.chromium import find_chromium

    found = find_chromium()
    if not found and install:
        install_browser()
        found = find_chromium()
    if found:
        os.environ["FRONTDESK_CHROMIUM"] = found
    return bool(found)


def install_browser() -> None:
    """Try the system's package manager where we may use it, then Playwright's own download."""
    from tests.chromium import find_chromium

    apt = ["apt-get", "-q", "-y", "-o", "Dpkg::Use-Pty=0"]
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and Path("/etc/debian_version").exists():
        attempts = [[*apt, "update"], [*apt, "install", "--no-install-recommends", "chromium"], *attempts]
    for command in attempts:
        if not find_chromium():
            print(f"No Chromium for the browser scenarios yet; running: {' '.join(command)}", flush=True)
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if done.returncode:
                print((done.stderr.strip().splitlines() or ["it failed"])[-1], flush=True)


def fetch_node_client() -> None:
    """Bring the FHIR client that one test drives in Node, where npm is and can have it; else that test is skipped."""
    kit, npm = ROOT / "tests" / "gateway" / "fhir" / "kit", shutil.which("npm")
    if npm is None or (kit / "node_modules" / "fhir-kit-client").exists():
        return
    quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0", "--fetch-timeout=20000"]
    command = [npm, "ci", *quietly]
    try:
        done = subprocess.run(command, cwd=kit, capture_output=True, text=True, timeout=120, check=False)
    except subprocess.TimeoutExpired:
        done = None
    if done is None or done.returncode:
        print("npm could not bring fhir-kit-client: the test that drives it is skipped.", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
