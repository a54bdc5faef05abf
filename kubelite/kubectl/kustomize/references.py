"""Names that follow: when an object is renamed, who speaks of it speaks of its new name.

Models api/filters/nameref.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from kubelite.kubectl.kustomize.fieldspecs import REFERENCES, visit
from kubelite.kubectl.kustomize.resources import Resource, effective
from kubelite.kubectl.result import CommandError


def follow(resources: list[Resource]) -> None:
    """Bring every reference up to date. Raises CommandError when it may mean several objects."""
    for referrer in resources:
        for target, spec in REFERENCES:
            visit(referrer, spec, partial(_update, resources, referrer, target))


def _update(
    resources: list[Resource], referrer: Resource, target: str, holder: Any, key: Any
) -> None:
    value = holder[key]
    find = partial(_meant, resources, referrer, target)
    if isinstance(value, list):
        for place, item in enumerate(value):
            if isinstance(item, dict):
                _update_map(find, target, item)
            elif (found := find(item)) is not None:
                value[place] = found.name
    elif isinstance(value, dict):
        _update_map(find, target, value)
    elif isinstance(value, str):
        if key == "name" and "kind" in holder and holder["kind"] != target:
            return  # a roleRef or a scaleTargetRef to something of another kind
        found = find(value)
        if found is not None:
            holder[key] = found.name


def _update_map(find: Callable[..., Resource | None], target: str, value: dict[str, Any]) -> None:
    """A reference by name and namespace: a subject, or a webhook's Service."""
    if value.get("kind", target) != target or not isinstance(value.get("name"), str):
        return
    found = find(value["name"], effective(value.get("namespace") or ""))
    if found is not None:
        value["name"] = found.name
        if found.namespace:
            value["namespace"] = found.namespace


def _meant(
    resources: list[Resource], referrer: Resource, target: str, name: str, place: str | None = None
) -> Resource | None:
    found = [
        one
        for one in resources
        if one.kind == target and any(known == name for _, known in one.names)
    ]
    if place is not None:
        found = [
            one
            for one in found
            if any(effective(space) == place for space, _ in one.names) or one.cluster_wide
        ]
    elif not referrer.cluster_wide:
        found = [one for one in found if one.cluster_wide or one.place == referrer.place]
    if len(found) > 1:
        same = [one for one in found if _alike(one, referrer)]
        found = same or found
    if not found:
        return None
    if len({one.name for one in found}) > 1:
        ids = ", ".join(one.id for one in found)
        raise CommandError(f"found multiple possible referrals: {ids}")
    return found[0]


def _alike(one: Resource, other: Resource) -> bool:
    return (one.prefixes, one.suffixes) == (other.prefixes, other.suffixes)
