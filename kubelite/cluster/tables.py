"""Lists of objects that show themselves as kubectl's tables, in text and in a notebook.

What prints them is imported when somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class ObjectTable(tuple[Any, ...]):
    """Objects of one kind, as they were at one moment (microseconds). A tuple in all else."""

    kind: str
    now: int

    def __new__(cls, objects: Iterable[Any], kind: str, now: int) -> ObjectTable:
        """The objects in the order given."""
        table = super().__new__(cls, objects)
        table.kind = kind
        table.now = now
        return table

    @property
    def names(self) -> list[str]:
        """The objects' names."""
        return [obj.metadata.name for obj in self]

    def show(self, wide: bool = False) -> str:
        """The table as ``kubectl get`` prints it; ``wide`` as with ``-o wide``."""
        if not self:
            return "No resources found."
        from kubelite.apiserver import printers

        return printers.text(printers.rows(self.kind, self, self.now, wide))

    def __repr__(self) -> str:
        return self.show()

    def _repr_html_(self) -> str:
        if not self:
            return "<p>No resources found.</p>"
        from html import escape

        from kubelite.apiserver import printers

        titles, *lines = printers.rows(self.kind, self, self.now)
        head = "".join(f"<th style='text-align:left'>{escape(title)}</th>" for title in titles)
        body = "".join(
            "<tr>"
            + "".join(f"<td style='text-align:left'>{escape(cell)}</td>" for cell in line)
            + "</tr>"
            for line in lines
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
