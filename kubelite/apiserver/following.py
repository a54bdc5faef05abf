"""A copy of all objects of a kind that stands beside the store: for looks too many for a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kubelite.apimachinery.rest import DELETED, WatchEvent
from kubelite.apiserver.admission.plugin import Followed
from kubelite.apiserver.watchcache import WatchCache


def follow(objects: Iterable[Any], watchers: WatchCache) -> Followed:
    """The objects by namespace and name; every write brings the copy up to date."""
    copy: Followed = {}
    for obj in objects:
        copy.setdefault(obj.metadata.namespace, {})[obj.metadata.name] = obj

    def told(event: WatchEvent) -> None:
        meta = event.object.metadata
        if event.type != DELETED:
            copy.setdefault(meta.namespace, {})[meta.name] = event.object
            return
        inside = copy[meta.namespace]
        del inside[meta.name]
        if not inside:
            del copy[meta.namespace]

    watchers.add(told)
    return copy
