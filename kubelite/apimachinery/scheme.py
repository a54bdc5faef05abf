"""The table of kinds: what a kind is called, where it lives, and which type holds it.

The rows are in ``kubelite.api``. Models ``runtime.Scheme``, the REST mapper and the
discovery documents of Kubernetes, which all answer from the same table here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.told import Told


@dataclass(frozen=True, slots=True)
class Kind:
    """One row. ``resource`` and ``api_version`` are worked out once: hot paths read them.

    ``defined`` marks a kind that a user has defined while the cluster runs.
    """

    group: str
    version: str
    kind: str
    plural: str
    type: type[Object]
    singular: str = ""
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    namespaced: bool = True
    subresources: tuple[str, ...] = ()
    defined: bool = False
    api_version: str = field(init=False)
    resource: str = field(init=False)
    group_kind: str = field(init=False)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "singular", self.singular or self.kind.lower())
        put(self, "api_version", f"{self.group}/{self.version}" if self.group else self.version)
        put(self, "resource", f"{self.plural}.{self.group}" if self.group else self.plural)
        put(self, "group_kind", f"{self.kind}.{self.group}" if self.group else self.kind)


class UnknownKind(Told, KeyError):
    """No row answers to this name; the text says which are near."""

    def __str__(self) -> str:
        return str(self.args[0])


class Scheme:
    """All kinds of one cluster, found by any of their names."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        self._kinds = tuple(kinds)
        self._by_kind = {(row.api_version, row.kind): row for row in self._kinds}
        self._by_resource = {(row.group, row.version, row.plural): row for row in self._kinds}
        self._by_type: dict[type[Any], Kind] = {row.type: row for row in self._kinds}
        self._by_name: dict[str, Kind] = {}
        for row in self._kinds:
            for name in _names(row):
                self._by_name.setdefault(name, row)

    def __iter__(self) -> Iterator[Kind]:
        """Every row, in the order of the table."""
        return iter(self._kinds)

    def of(self, type: type[Any]) -> Kind:
        """The row of a Python type. Raises ``UnknownKind``."""
        try:
            return self._by_type[type]
        except KeyError:
            row: Kind | None = getattr(type, "row", None)  # a kind defined by a user
            if row is None:
                raise UnknownKind(f"{type.__name__} is not a kind that is stored") from None
            return row

    def by_kind(self, api_version: str, kind: str) -> Kind:
        """The row that a manifest's ``apiVersion`` and ``kind`` mean. Raises ``UnknownKind``."""
        row = self._by_kind.get((api_version, kind))
        if row is None:
            raise UnknownKind(
                f'no matches for kind "{kind}" in version "{api_version}"' + self._hint(kind)
            )
        return row

    def by_resource(self, group: str, version: str, plural: str) -> Kind:
        """The row that a URL's group, version and resource mean. Raises ``UnknownKind``."""
        row = self._by_resource.get((group, version, plural))
        if row is None:
            raise UnknownKind(f'no resource "{plural}" in group "{group}", version "{version}"')
        return row

    def by_name(self, text: str) -> Kind:
        """The row a person means by ``pods``, ``pod``, ``po``, ``Pod`` or ``deployments.apps``.

        Raises ``UnknownKind`` with the nearest names.
        """
        row = self._by_name.get(text.lower())
        if row is None:
            raise UnknownKind(
                f'the server doesn\'t have a resource type "{text}"' + self._hint(text)
            )
        return row

    def _hint(self, text: str) -> str:
        from difflib import get_close_matches  # few misspell, and it takes a while to import

        near = get_close_matches(text.lower(), list(self._by_name), n=3, cutoff=0.6)
        plurals = list(dict.fromkeys(self._by_name[name].plural for name in near))
        return f" (did you mean {' or '.join(plurals)}?)" if plurals else ""


class ClusterScheme(Scheme):
    """The kinds of one cluster: the table, and whatever is defined while it runs."""

    def __init__(self, table: Iterable[Kind]) -> None:
        self._table = tuple(table)
        super().__init__(self._table)

    def serve(self, group: str, plural: str, rows: Iterable[Kind]) -> None:
        """Let these rows, the preferred version first, be all there is of ``plural.group``."""
        others = [row for row in self._kinds if (row.group, row.plural) != (group, plural)]
        super().__init__([*others, *rows])


def _names(row: Kind) -> Iterator[str]:
    for name in (row.plural, row.singular, *row.short_names):
        yield name
        if row.group:
            yield f"{name}.{row.group}"
            yield f"{name}.{row.version}.{row.group}"
