"""What the house tests know of the code: its rooms, files, functions, models and facts."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "frontdesk"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def floors() -> dict[str, int]:
    """Each room with its floor, the ground floor 0, as the contract in pyproject.toml draws them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["name"].startswith("Floors"))
    return {
        room.strip().removeprefix("frontdesk."): floor
        for floor, layer in enumerate(reversed(layers))
        for room in layer.split("|")
    }


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("frontdesk.")]


def room_of(model: type[models.Model]) -> str:
    return model.__module__.split(".")[1]


@dataclass(frozen=True)
class Source:
    """One file of the product, read."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(PACKAGE))

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def functions(self) -> Iterator[Function]:
        return (
            node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        )

    def public(self) -> Iterator[Function]:
        """The functions of the module itself whose names do not begin with an underscore."""
        own = (node for node in self.tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
        return (node for node in own if not node.name.startswith("_"))


def sources(pattern: str = "**/*.py") -> list[Source]:
    """The files of the product that match, migrations left out."""
    return [Source(path) for path in sorted(PACKAGE.glob(pattern)) if "migrations" not in path.parts]
