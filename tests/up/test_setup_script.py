"""What script/ does before anything is installed."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from frontdesk.up.paths import checkout

REQUIREMENTS = checkout() / "requirements"
SCRIPTS = ["server", "test", "frontdesk", "lock"]


def load(name: str) -> ModuleType:
    """A module of script/lib, which is no package."""
    path = checkout() / "script" / "lib" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A PATH with a shell and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "dirname"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return folder


def scripts_alone(tmp_path: Path) -> Path:
    """The folder script/ in a checkout that was never set up."""
    return Path(shutil.copytree(checkout() / "script", tmp_path / "checkout" / "script"))


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_python(script: str, bare_path: Path, tmp_path: Path) -> None:
    ended = start(scripts_alone(tmp_path) / script, bare_path)
    assert ended.returncode == 7
    assert ended.stderr == "Frontdesk needs Python 3.11 or newer, and there is no python3 here.\n"


def test_an_old_python_is_named(bare_path: Path, tmp_path: Path) -> None:
    fake = bare_path / "python3"
    old = "import sys; code = sys.argv[2]; sys.version_info = (3, 10, 12, 'final', 0); exec(code)"
    fake.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{old}" "$@"\n')
    fake.chmod(0o755)
    ended = start(scripts_alone(tmp_path) / "server", bare_path)
    assert ended.returncode == 7
    assert ended.stderr == "Frontdesk needs Python 3.11 or newer, and the python3 here is 3.10.12.\n"


def test_a_python_without_venv_and_pip(tmp_path: Path) -> None:
    script = scripts_alone(tmp_path) / "server"
    shutil.copytree(REQUIREMENTS, tmp_path / "checkout" / "requirements")
    for name in ("ensurepip", "pip"):
        (tmp_path / "without" / name).mkdir(parents=True)
        (tmp_path / "without" / name / "__init__.py").write_text("raise ImportError")
    ended = start(script, Path(os.environ["PATH"]), PYTHONPATH=str(tmp_path / "without"))
    assert ended.returncode == 7
    assert ended.stderr.startswith(
        "Frontdesk needs Python's venv with pip, which this Python was packaged without."
    )
    assert not (tmp_path / "checkout" / ".venv").exists()


def start(script: Path, path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(script)],
        env={"PATH": str(path), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("name", ["run", "dev", "tools"])
def test_locks_have_a_hash_for_everything_and_no_address(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.lock").read_text()
    assert "://" not in text
    entries = re.split(r"\n(?=[a-z])", text.strip())
    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_pip_configuration_is_handed_to_uv() -> None:
    package_index = load("package_index")
    listing = "\n".join(
        [
            "global.index-url='http://localhost:3141/root'",
            "global.extra-index-url='http://localhost:1 file:///srv/two'",
            "global.find-links='/srv/a\\n/srv/b'",
            "install.index-url='http://localhost:3142/install'",
            ":env:.cert='/etc/ca.pem'",
            "freeze.timeout='10'",
        ]
    )
    told = package_index.uv_environment(
        package_index.pip_settings(listing), {"PATH": "/bin", "UV_INDEX": "mine"}
    )
    assert told == {
        "PATH": "/bin",
        "UV_INDEX": "mine",
        "UV_DEFAULT_INDEX": "http://localhost:3142/install",
        "UV_FIND_LINKS": "/srv/a,/srv/b",
        "SSL_CERT_FILE": "/etc/ca.pem",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "is not the one that was locked"),
        ("Temporary failure in name resolution", "cannot be reached"),
        ("ERROR: No matching distribution found for granian", "no build for this machine"),
        ("", "no reason was given"),
    ],
)
def test_an_installation_that_fails_is_one_sentence(
    said: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(checkout() / "script" / "lib"))
    done = subprocess.CompletedProcess([], 1, "", said)
    problem = str(load("setup").problem_of(done, "The packages could not be installed"))
    assert problem.startswith("The packages could not be installed: ")
    assert sentence in problem
    assert "\n" not in problem
