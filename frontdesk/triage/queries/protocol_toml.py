"""A version of a protocol as a file that people can read, and that can be taken in again."""

from __future__ import annotations

from typing import Any

from frontdesk.triage.engine.toml import write_toml
from frontdesk.triage.models import Protocol
from frontdesk.triage.models.scope import Scope


def to_file(version: Protocol) -> str:
    """The version as TOML. What was approved, by whom and when stands above it, as a remark."""
    head = [f"# {version}."]
    if version.approved_at is not None and version.approved_by is not None:
        head.append(f"# Approved by {version.approved_by.name} on {version.approved_at:%Y-%m-%d}.")
    else:
        head.append("# A draft: nobody has approved it.")
    content = {**version.content, "name": version.name}
    if scope := _scope_table(Scope.of(version)):
        content["scope"] = scope
    return "\n".join(head) + "\n\n" + write_toml(content)


def _scope_table(scope: Scope) -> dict[str, Any]:
    found = {
        "site": scope.site.code if scope.site else None, "specialty": scope.specialty.code if scope.specialty else None,
        "age_from": scope.age_from, "age_under": scope.age_under, "hours": scope.hours or None,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}
