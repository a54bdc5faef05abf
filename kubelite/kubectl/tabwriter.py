"""Text in columns, as Go's text/tabwriter aligns it.

A cell ends with a tab; a column is a block of neighbouring lines that have that cell, and is as
wide as its widest cell. What follows a line's last tab belongs to no column.
"""

from __future__ import annotations

from collections.abc import Sequence


def aligned(text: str, minwidth: int = 6, padding: int = 3) -> str:
    """The text with its tabs replaced by spaces; kubectl's tables have these widths."""
    lines = [line.split("\t") for line in text.split("\n")]
    widths: list[list[int]] = [[] for _ in lines]
    _measure(lines, widths, 0, len(lines), 0, minwidth, padding)
    return "\n".join(
        "".join(cell.ljust(width) for cell, width in zip(line, known, strict=False)) + line[-1]
        for line, known in zip(lines, widths, strict=True)
    )


def _measure(
    lines: Sequence[Sequence[str]],
    widths: list[list[int]],
    first: int,
    end: int,
    column: int,
    minwidth: int,
    padding: int,
) -> None:
    at = first
    while at < end:
        if column >= len(lines[at]) - 1:
            at += 1
            continue
        last = at
        while last < end and column < len(lines[last]) - 1:
            last += 1
        widest = max(len(line[column]) for line in lines[at:last])
        for known in widths[at:last]:
            known.append(max(widest + padding, minwidth))
        _measure(lines, widths, at, last, column + 1, minwidth, padding)
        at = last
