"""The engine's own code in a lesson, found by its anchor: ``show("replicaset-plan")``.

The story of the shop (``course/story``) is shown the same way: ``show("story-queue")``.

An anchor is a comment ``# DOC: name`` in front of a function, a class or a statement. Code is
found by name, so it can move and change while the lesson keeps showing what really runs.
"""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import kubelite
from kubelite.apimachinery.told import UnknownName

ROOMS = (Path(next(iter(kubelite.__path__))), Path(__file__).parent)
"""The engine; and the course, whose story and market lessons show as well."""
MARK = "# DOC: "


@dataclass(frozen=True, repr=False)
class Excerpt:
    """A piece of the engine's source; shown as code by a notebook."""

    anchor: str
    file: str
    code: str

    def __str__(self) -> str:
        return f"# {self.file}\n{self.code}"

    def __repr__(self) -> str:
        return str(self)

    def _repr_markdown_(self) -> str:
        return f"`{self.file}`\n\n```python\n{self.code}\n```"


def show(anchor: str) -> Excerpt:
    """The code that follows ``# DOC: anchor`` in the engine, or in the course's own rooms.

    Raises LookupError, with names that are near, when there is none of that name.
    """
    places = anchors()
    if anchor not in places:
        near = get_close_matches(anchor, places, n=5, cutoff=0.6)
        hint = (
            f"did you mean {' or '.join(near)}?" if near else "course.source.anchors() has them all"
        )
        raise UnknownName(f"no anchor {anchor!r}: {hint}")
    file, line = places[anchor]
    text = file.read_text(encoding="utf-8")
    room = next(room for room in ROOMS if file.is_relative_to(room))
    name = file.relative_to(room.parent).as_posix()
    return Excerpt(anchor, name, _statement_after(text, line))


@cache
def anchors() -> dict[str, tuple[Path, int]]:
    """Every anchor of engine and course, with its file and line (from 1)."""
    return {
        line.split(MARK, 1)[1].strip(): (file, number)
        for room in ROOMS
        for file in sorted(room.rglob("*.py"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if line.strip().startswith(MARK)
    }


def _statement_after(text: str, line: int) -> str:
    """The outermost statement that begins below ``line``, with the comments between, dedented."""
    starts = [
        (_first_line(node), -(node.end_lineno or 0))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.stmt) and _first_line(node) > line
    ]
    end = -min(starts)[1]
    return textwrap.dedent("\n".join(text.splitlines()[line:end]))


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])
