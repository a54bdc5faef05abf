"""The paper a description is written on: lines of cells that are aligned at the end.

Cells are parted by tabs, as upstream writes them; neighbouring lines share their columns.
Models the prefix writer of ``k8s.io/kubectl/pkg/describe`` and Go's ``text/tabwriter``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kubelite.apimachinery.labels import from_label_selector
from kubelite.apimachinery.meta import LabelSelector
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.times import rfc1123z
from kubelite.kubectl.tabwriter import aligned

NONE = "<none>"
UNSET = "<unset>"

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
WIDEST_ANNOTATION = 140

_BEFORE_CHRIST = "Mon, 01 Jan 0001 00:00:00 +0000"
_FOR_TERMINALS = str.maketrans({"\x1b": "^[", "\r": "\\r"})


class Page:
    """What is written goes on where the last write ended. A level is two blanks."""

    def __init__(self, parts: list[str] | None = None, indent: int = 0) -> None:
        self._parts = [] if parts is None else parts
        self._indent = indent

    def nested(self, levels: int) -> Page:
        """The same page, but everything that is written through it is moved to the right."""
        return Page(self._parts, self._indent + levels)

    def write(self, level: int, text: str) -> None:
        """Exactly this, behind the blanks of its level."""
        self._parts.append("  " * (level + self._indent) + text)

    def end(self, text: str = "") -> None:
        """The rest of a line, without a level of its own."""
        self.write(0, f"{text}\n")

    def row(self, level: int, *cells: object) -> None:
        """A line of cells."""
        self.write(level, "\t".join(str(cell) for cell in cells) + "\n")

    def field(self, level: int, name: str, value: object) -> None:
        """A line that says what something is."""
        self.write(level, f"{name}:\t{value}\n")

    def table(self, level: int, titles: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Titles, dashes as wide as the titles, and rows."""
        self.row(level, *titles)
        self.row(level, *("-" * len(title) for title in titles))
        for row in rows:
            self.row(level, *row)

    def several(self, title: str, values: Sequence[str], indent: str = "") -> None:
        """One value a line; the title stands before the first."""
        self.write(0, f"{indent}{title}:\t")
        if not values:
            self.end(NONE)
        for number, value in enumerate(values):
            if number:
                self.write(0, indent)
                self.write(0, "\t")
            self.write(0, f"{value}\n")

    def labels(self, title: str, labels: Mapping[str, str], indent: str = "") -> None:
        """Labels, or anything else made of pairs, in the order of their keys."""
        self.several(title, [f"{key}={labels[key]}" for key in sorted(labels)], indent)

    def annotations(self, title: str, annotations: Mapping[str, str]) -> None:
        """Annotations but for the one that ``apply`` keeps for itself; long ones are cut."""
        self.write(0, f"{title}:\t")
        keys = sorted(key for key in annotations if key != LAST_APPLIED)
        if not keys:
            self.end(NONE)
        for number, key in enumerate(keys):
            if number:
                self.write(0, "\t")
            value = annotations[key].removesuffix("\n")
            if len((value + key).encode()) + 2 > WIDEST_ANNOTATION or "\n" in value:
                self.write(0, f"{key}:\n")
                for line in value.split("\n"):
                    self.write(0, f"\t  {_shorten(line, WIDEST_ANNOTATION - 2)}\n")
            else:
                self.write(0, f"{key}: {value}\n")

    @property
    def unaligned(self) -> str:
        """The text with its tabs, as ``rollout history`` prints it."""
        return "".join(self._parts).translate(_FOR_TERMINALS)

    def __str__(self) -> str:
        return aligned(self.unaligned, minwidth=0, padding=2)


def _shorten(text: str, bytes: int) -> str:
    raw = text.encode()
    return text if len(raw) <= bytes else raw[:bytes].decode(errors="replace") + "..."


def begin(obj: Any, namespaced: bool = True, marks: bool = True) -> Page:
    """A page that begins as most do: name, namespace, labels and annotations."""
    page = Page()
    page.field(0, "Name", obj.metadata.name)
    if namespaced:
        page.field(0, "Namespace", obj.metadata.namespace)
    if marks:
        put_marks(page, obj)
    return page


def put_marks(page: Page, obj: Any) -> None:
    """An object's labels and annotations."""
    page.labels("Labels", obj.metadata.labels)
    page.annotations("Annotations", obj.metadata.annotations)


def put_dated_conditions(page: Page, conditions: Iterable[Any]) -> None:
    """Conditions with the moments of their last changes."""
    titles = ("Type", "Status", "LastTransitionTime", "Reason", "Message")
    rows = [
        (one.type, one.status, moment(one.last_transition_time), one.reason, one.message)
        for one in conditions
    ]
    page.table(1, titles, rows)


def moment(time: int | None) -> str:
    """A moment as descriptions write it; Go's first moment where there is none."""
    return _BEFORE_CHRIST if time is None else rfc1123z(time)


def format_labels(labels: Mapping[str, str]) -> str:
    """Pairs in one line."""
    return ",".join(f"{key}={labels[key]}" for key in sorted(labels)) or NONE


def format_selector(selector: LabelSelector | None) -> str:
    """A selector of an API object in one line."""
    return str(from_label_selector(selector)) or NONE


def truth(value: bool | None) -> str:
    """True, False, or that it is not set."""
    return UNSET if value is None else str(value)


def plain(value: object) -> str:
    """A value as Go's ``%v`` writes it."""
    match value:
        case None:
            return "nil"
        case bool():
            return str(value).lower()
        case tuple() | list():
            return f"[{' '.join(plain(one) for one in value)}]"
        case dict():
            return f"map[{' '.join(f'{key}:{plain(value[key])}' for key in sorted(value))}]"
        case Quantity():
            return value.wire()
    return str(value)
