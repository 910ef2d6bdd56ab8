"""Hands this machine's pip configuration on to uv, in the environment of one process and nowhere else.

Where packages come from is the machine's business: pip reads it from pip.conf and PIP_... variables, uv reads neither.
"""

import ast
import os
import subprocess

# pip's name: (uv's variable, what uv puts between several values)
SETTINGS = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", None),
    "timeout": ("UV_HTTP_TIMEOUT", None),
    "default-timeout": ("UV_HTTP_TIMEOUT", None),
    "proxy": ("ALL_PROXY", None),
    "no-index": ("UV_NO_INDEX", None),
}
# A command's own section of pip.conf weighs more than [global], and the environment more than both.
SECTIONS = ["global", "install", ":env:"]


def pip_settings(listing: str) -> dict[str, str]:
    """pip's effective settings by name, from what `pip config list` printed."""
    found: dict[str, tuple[int, str]] = {}
    for line in listing.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if section not in SECTIONS:
            continue
        weight = SECTIONS.index(section)
        if name not in found or weight >= found[name][0]:
            found[name] = (weight, _unquote(value))
    return {name: value for name, (_, value) in found.items()}


def _unquote(value: str) -> str:
    try:
        return str(ast.literal_eval(value))
    except (SyntaxError, ValueError):
        return value


def uv_environment(settings: dict[str, str], environ: dict[str, str]) -> dict[str, str]:
    """A copy of `environ` with uv's variables for pip's `settings`; what is set for uv already stays."""
    result = dict(environ)
    for name, (variable, between) in SETTINGS.items():
        value = settings.get(name, "").strip()
        if value and variable not in environ:
            result[variable] = between.join(value.split()) if between else value
    # pip takes the best match of all indexes together; with locked hashes that is as safe as one index after another.
    result.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return result


def environment_for_uv(python: str) -> dict[str, str]:
    """The environment to run uv in, from the pip configuration that `python -m pip` sees."""
    asked = subprocess.run(
        [python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    return uv_environment(pip_settings(asked.stdout), dict(os.environ))
