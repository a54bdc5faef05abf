"""From a word to a kind: ``po``, ``deployments.apps``, ``deploy.v1.apps``, ``all``.

Models client-go's restmapper (shortcuts, categories) and cli-runtime's ``mappingFor``.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubelite.apimachinery.errors import go_quote
from kubelite.apimachinery.scheme import Kind, Scheme
from kubelite.apiserver import discovery
from kubelite.kubectl.result import CommandError


def served(scheme: Scheme) -> Iterator[Kind]:
    """Every kind that discovery tells of, group by group: the nameless one first."""
    rows = list(discovery.served(scheme))
    groups = list(dict.fromkeys(["", *(row.group for row in rows)]))
    yield from sorted(rows, key=lambda row: groups.index(row.group))


def preferred(scheme: Scheme) -> Iterator[Kind]:
    """The same without other versions of what is served already."""
    for row in served(scheme):
        if row.resource == (f"{row.plural}.{row.group}" if row.group else row.plural):
            yield row


def kind_of(scheme: Scheme, word: str) -> Kind:
    """The kind that a word means. Raises CommandError in kubectl's words."""
    name, _, group = word.lower().partition(".")
    named = [row for row in served(scheme) if name in (row.plural, row.singular, *row.short_names)]
    for wanted in (_exactly, _beginning):
        for row in named:
            if wanted(row, group):
                return _first(named, row) if name in row.short_names else row
    resource, _, group = word.partition(".")
    of_group = f" in group {go_quote(group)}" if group else ""
    raise CommandError(f"the server doesn't have a resource type {go_quote(resource)}{of_group}")


def _first(rows: list[Kind], found: Kind) -> Kind:
    """The preferred version of the same: a short name says nothing of versions."""
    return next(row for row in rows if (row.group, row.plural) == (found.group, found.plural))


def _exactly(row: Kind, group: str) -> bool:
    return not group or group in (row.group, f"{row.version}.{row.group}")


def _beginning(row: Kind, group: str) -> bool:
    return row.group.startswith(group) and bool(row.group)


def expanded(scheme: Scheme, words: str) -> list[str]:
    """Words parted by commas, each once; "all" and other categories are what belongs to them."""
    found: dict[str, None] = {}
    for word in words.split(","):
        members = [row.resource for row in preferred(scheme) if word in row.categories]
        found |= dict.fromkeys(members or [word])
    return list(found)
