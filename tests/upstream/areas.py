"""How many cases of upstream's tables are here: ``python -m tests.upstream.areas``.

The areas are in areas.yaml. A test counts once for each of its parameters.
"""

from __future__ import annotations

import math
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import yaml

HERE = Path(__file__).parent
README = HERE / "README.md"
BEGIN, END = "<!-- areas -->", "<!-- end of areas -->"


class Area(NamedTuple):
    """One line of the inventory."""

    name: str
    named: bool
    upstream: tuple[str, ...]
    there: int | None
    here: int
    left_out: str


def areas() -> list[Area]:
    """All of them, counted."""
    return [
        Area(
            entry["area"],
            entry["named"],
            tuple(entry["upstream"]),
            entry["there"],
            sum(cases(module, name) for module, names in entry["here"].items() for name in names),
            entry.get("left out", ""),
        )
        for entry in yaml.safe_load((HERE / "areas.yaml").read_text())
    ]


def cases(module: str, name: str) -> int:
    """How many cases one test function has."""
    marks = getattr(getattr(import_module(module), name), "pytestmark", ())
    return math.prod(_rows(mark) for mark in marks if mark.name == "parametrize")


def _rows(mark: Any) -> int:
    rows: list[Any] = list(mark.args[1])
    return len(rows)


def table() -> str:
    """The inventory as Markdown."""
    found = areas()
    lines = ["| area | upstream | there | here |", "|---|---|---|---|"]
    for area in found:
        name = f"**{area.name}**" if area.named else area.name
        files = ", ".join(f"`{path}`" for path in area.upstream)
        lines.append(f"| {name} | {files} | {area.there or '–'} | {area.here} |")
    lines.append(f"| all areas | | | {sum(area.here for area in found)} |")
    lines.append(f"| **those in bold** | | | {named(found)} |")
    return "\n".join(lines)


def omissions() -> str:
    """What is left out, as Markdown."""
    return "\n".join(f"- {area.name}: {area.left_out}." for area in areas() if area.left_out)


def named(found: list[Area]) -> int:
    """Cases in the areas that must be shown."""
    return sum(area.here for area in found if area.named)


def readme() -> str:
    """The README with the inventory as it is now."""
    before, _, rest = README.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    told = f"{table()}\n\nLeft out, beside what each file names:\n\n{omissions()}"
    return f"{before}{BEGIN}\n{told}\n{END}{after}"


if __name__ == "__main__":
    README.write_text(readme())
    print(table())
