"""Rules: whether one allows a request, and whether some cover others.

Models pkg/apis/rbac/v1/evaluation_helpers.go, k8s.io/component-helpers/auth/rbac/validation
(Covers) and pkg/registry/rbac/validation/policy_compact.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kubelite.api.rbac_v1 import PolicyRule
from kubelite.apimachinery.errors import go_quote
from kubelite.apimachinery.rest import User

ALL = "*"


class Attributes(NamedTuple):
    """What is asked for. ``path`` is given instead of a resource for other URLs."""

    user: User
    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @property
    def whole_resource(self) -> str:
        """ "pods", or "pods/status"."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


# DOC: rbac-rule
def allows(rule: PolicyRule, asked: Attributes) -> bool:
    """Whether this rule alone lets the request pass."""
    if not _has(rule.verbs, asked.verb):
        return False
    if asked.path:
        return any(_url_covers(url, asked.path) for url in rule.non_resource_urls)
    return (
        _has(rule.api_groups, asked.group)
        and any(_resource_covers(r, asked.whole_resource) for r in rule.resources)
        and (not rule.resource_names or asked.name in rule.resource_names)
    )


def _has(words: Sequence[str], word: str) -> bool:
    return word in words or ALL in words


def _resource_covers(rule: str, resource: str) -> bool:
    """``*/scale`` is that subresource of everything."""
    _, slash, part = resource.partition("/")
    return rule in (ALL, resource) or (bool(slash) and rule == f"*/{part}")


def _url_covers(rule: str, url: str) -> bool:
    return rule in (ALL, url) or (rule.endswith(ALL) and url.startswith(rule.rstrip(ALL)))


# Covering


def uncovered(held: Sequence[PolicyRule], wanted: Iterable[PolicyRule]) -> list[PolicyRule]:
    """The smallest parts of ``wanted`` that nothing in ``held`` covers."""
    return [
        part for rule in wanted for part in _parts(rule) if not any(_covers(h, part) for h in held)
    ]


def _parts(rule: PolicyRule) -> Iterator[PolicyRule]:
    """One verb on one resource, of one name if names are given, or on one URL."""
    for verb in rule.verbs:
        for url in rule.non_resource_urls:
            yield PolicyRule(verbs=(verb,), non_resource_urls=(url,))
    for group in rule.api_groups:
        for resource in rule.resources:
            for verb in rule.verbs:
                for names in _one_by_one(rule.resource_names):
                    yield PolicyRule(
                        verbs=(verb,),
                        api_groups=(group,),
                        resources=(resource,),
                        resource_names=names,
                    )


def _one_by_one(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """No names at all stand for every name."""
    return [(name,) for name in names] or [()]


def _covers(held: PolicyRule, part: PolicyRule) -> bool:
    if not _has(held.verbs, part.verbs[0]):
        return False
    if part.non_resource_urls:
        return any(_url_covers(url, part.non_resource_urls[0]) for url in held.non_resource_urls)
    names = held.resource_names
    return (
        _has(held.api_groups, part.api_groups[0])
        and any(_resource_covers(r, part.resources[0]) for r in held.resources)
        and (not names or (bool(part.resource_names) and part.resource_names[0] in names))
    )


def compacted(rules: Iterable[PolicyRule]) -> list[PolicyRule]:
    """Parts about the same resource joined again, their verbs together."""
    simple: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    others = []
    for rule in rules:
        if rule.non_resource_urls:
            others.append(rule)
            continue
        key = (rule.api_groups[0], rule.resources[0], rule.resource_names)
        simple.setdefault(key, []).extend(v for v in rule.verbs if v not in simple.get(key, ()))
    joined = [
        PolicyRule(
            verbs=tuple(verbs), api_groups=(group,), resources=(resource,), resource_names=names
        )
        for (group, resource, names), verbs in simple.items()
    ]
    return others + joined


def described(rule: PolicyRule) -> str:
    """A rule as a refusal shows it."""
    fields = (
        ("APIGroups", rule.api_groups),
        ("Resources", rule.resources),
        ("NonResourceURLs", rule.non_resource_urls),
        ("ResourceNames", rule.resource_names),
        ("Verbs", rule.verbs),
    )
    return f"{{{', '.join(f'{name}:{quoted(words)}' for name, words in fields if words)}}}"


def quoted(words: Iterable[str]) -> str:
    """A list of texts as Go's ``%q`` prints it."""
    return f"[{' '.join(map(go_quote, words))}]"
