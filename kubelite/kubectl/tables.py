"""Tables for people: the server's cells, and the columns that kubectl adds.

Models cli-runtime's printers/tableprinter.go. Cells come from the printers of the API server, as
in a real cluster, where they arrive as a Table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from kubelite.api.custom import CustomObject
from kubelite.apimachinery.scheme import Kind
from kubelite.apiserver.printers import Column, columns_of
from kubelite.apiserver.printers.custom import column_cells
from kubelite.apiserver.versions import stored_form

MINWIDTH, PADDING = 6, 3
_BREAK = re.compile("[\f\n\r]")


class Look(NamedTuple):
    """How a table is wanted."""

    wide: bool = False
    headers: bool = True
    namespace: bool = False
    kind: bool = False
    label_columns: tuple[str, ...] = ()
    labels: bool = False


class Layout:
    """The lines of one table. Widths are remembered, so rows that come later line up."""

    def __init__(self, kind: Kind, look: Look):
        self._kind = kind
        self._look = look
        self._columns = [c for c in server_columns(kind) if look.wide or not c.wide]
        self._widths: list[int] = []
        self._begun = False

    def text(self, objects: Sequence[Any], now: int, events: Sequence[str] = ()) -> str:
        """The objects as lines, the titles above the first ones; ``events`` name their changes."""
        rows = [self._row(obj, now) for obj in objects]
        if events:
            rows = [[event, *row] for event, row in zip(events, rows, strict=True)]
        if rows and self._look.headers and not self._begun:
            rows.insert(0, [*(["EVENT"] if events else []), *self._titles()])
        self._begun = self._begun or bool(rows)
        return self._aligned(rows)

    def _aligned(self, rows: Sequence[Sequence[str]]) -> str:
        for row in rows:
            self._widths += [MINWIDTH] * (len(row) - 1 - len(self._widths))
            for at, cell in enumerate(row[:-1]):
                self._widths[at] = max(self._widths[at], len(cell) + PADDING)
        return "".join(self._line(row) for row in rows)

    def _line(self, row: Sequence[str]) -> str:
        padded = (cell.ljust(width) for cell, width in zip(row[:-1], self._widths, strict=False))
        return "".join(padded) + row[-1] + "\n"

    def _titles(self) -> list[str]:
        look = self._look
        before = ["NAMESPACE"] if look.namespace else []
        after = [label.rpartition("/")[2].upper() for label in look.label_columns]
        shown = ["LABELS"] if look.labels else []
        return [*before, *(column.title for column in self._columns), *after, *shown]

    def _row(self, obj: Any, now: int) -> list[str]:
        look, meta = self._look, obj.metadata
        stored = stored_form(obj)
        cells = [_one_line(column.cell(stored, now)) for column in self._columns]
        if look.kind:
            cells[0] = f"{self._kind.group_kind.lower()}/{cells[0]}"
        before = [meta.namespace] if look.namespace else []
        after = [meta.labels.get(label, "") for label in look.label_columns]
        shown = [label_text(meta.labels)] if look.labels else []
        return [*before, *cells, *after, *shown]


def server_columns(kind: Kind) -> tuple[Column, ...]:
    """Every column the server sends for a kind."""
    if issubclass(kind.type, CustomObject) and kind.type.columns:
        return (*columns_of("")[:1], *(Column(*cells) for cells in column_cells(kind.type)))
    return columns_of(kind.kind, wide=True)


def label_text(labels: Any) -> str:
    """``a=1,b=2``, sorted, or ``<none>``."""
    return ",".join(f"{key}={labels[key]}" for key in sorted(labels)) or "<none>"


def _one_line(cell: str) -> str:
    found = _BREAK.search(cell)
    return cell if found is None else f"{cell[: found.start()]}..."
