"""Anchors, aliases and merge keys of a YAML manifest, written out: within bounds.

A real cluster's reader (``goyaml.v2`` of ``sigs.k8s.io/yaml``) follows aliases until they make up
nearly all of a document. Here all aliases of a manifest together may stand for so many characters
as a person would write, so that a bomb of aliases is refused before it costs anything.
"""

from __future__ import annotations

from typing import Any, NamedTuple

MAX_EXPANDED = 256 * 1024
"""Characters that all aliases of one manifest may stand for; each value counts one more."""

MERGE = "<<"


class Read(NamedTuple):
    """A value that has been read: its characters when written out, and its levels of nesting."""

    value: Any
    weight: int = 1
    height: int = 0


class Open:
    """A mapping or sequence whose end has not been read yet."""

    __slots__ = (
        "anchor",
        "at",
        "height",
        "items",
        "key",
        "lines",
        "mapping",
        "merged",
        "merging",
        "path",
        "weight",
    )

    def __init__(self, mapping: bool, path: str, at: Any, anchor: str | None = None) -> None:
        self.mapping = mapping
        self.path = path
        self.at = at
        self.anchor = anchor
        self.items: Any = {} if mapping else []
        self.key: str | None = None
        self.lines: dict[str, int] = {}
        self.merging = False
        self.merged: list[dict[str, Any]] = []
        self.weight = self.height = 1

    def child_path(self) -> str:
        """Where the next value goes."""
        if not self.mapping:
            return f"{self.path}[{len(self.items)}]"
        return f"{self.path}.{self.key}" if self.path else self.key or ""

    def add(self, read: Read) -> bool:
        """Take the next value; False if it should be merged and cannot be."""
        self.weight += read.weight + len(self.key or "")
        self.height = max(self.height, read.height + 1)
        key, self.key = self.key, None
        if self.merging:
            self.merging = False
            return self._merge(read.value)
        if self.mapping:
            self.items[key] = read.value
        else:
            self.items.append(read.value)
        return True

    def _merge(self, value: Any) -> bool:
        values = value if isinstance(value, list) else [value]
        self.merged.extend(values)
        return all(isinstance(one, dict) for one in values)

    def closed(self) -> Read:
        """The whole value. What it says itself counts more than what is merged into it."""
        if not self.mapping:
            return Read(self.items, self.weight, self.height)
        for other in self.merged:
            for key, value in other.items():
                self.items.setdefault(key, value)
        return Read(dict(sorted(self.items.items())), self.weight, self.height)


class Anchors:
    """The values of one document that have names, and how much was repeated in all of them."""

    def __init__(self) -> None:
        self._named: dict[str, Read] = {}
        self._expanded = 0

    def forget(self) -> None:
        """A new document begins: it knows none of the names."""
        self._named = {}

    def name(self, anchor: str | None, read: Read) -> None:
        """The value can be repeated from here on."""
        if anchor is not None:
            self._named[anchor] = read

    def find(self, anchor: str) -> Read | None:
        """What the alias stands for, to be counted by ``repeated``."""
        return self._named.get(anchor)

    def repeated(self, read: Read) -> Read | None:
        """A copy of the value, or None when that would be too much."""
        self._expanded += read.weight
        if self._expanded > MAX_EXPANDED:
            return None
        return read._replace(value=_copied(read.value))


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value
