"""The engine's source as the architecture tests see it: files, rooms, floors and imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent

# Imports point down only, and rooms on one floor do not import each other (docs/architecture.md).
FLOORS: dict[str, float] = {
    "sim": 0,
    "apimachinery": 0,
    "api": 1,
    "etcd": 2,
    "apiserver": 3,
    "client": 3,
    "controllers": 4,
    "scheduler": 4,
    "kubelet": 4,
    "proxy": 4,
    "dns": 4,
    "autoscaler": 4.5,  # between the floors: they reckon with the scheduler's own filters
    "descheduler": 4.5,
    "cluster": 5,
    "kubectl": 6,
    "chaos": 6,
    "edge": 6,
}


class Import(NamedTuple):
    """One imported module, by its full dotted name, and where."""

    module: str
    line: int


@cache
def python_files(package: str) -> tuple[Path, ...]:
    """Every Python file of a top-level folder, in order."""
    return tuple(sorted((ROOT / package).rglob("*.py")))


@cache
def tree(file: Path) -> ast.Module:
    """The parsed source of a file."""
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def name(file: Path) -> str:
    """A file's path from the project root, as messages print it."""
    return file.relative_to(ROOT).as_posix()


def room(file: Path) -> str:
    """The room of the engine a file is in; ``""`` for the front door, ``kubelite/__init__.py``."""
    parts = file.relative_to(ROOT / "kubelite").with_suffix("").parts
    return "" if parts == ("__init__",) else parts[0]


def imports(file: Path) -> Iterator[Import]:
    """Every import in a file, wherever it stands; relative ones are given their full names."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _full_name(file, node)
            yield Import(base, node.lineno)
            yield from (Import(f"{base}.{alias.name}", node.lineno) for alias in node.names)


def _full_name(file: Path, node: ast.ImportFrom) -> str:
    package = file.relative_to(ROOT).parent.parts
    above = package[: len(package) - (node.level - 1)] if node.level else ()
    return ".".join((*above, *([node.module] if node.module else [])))
