"""Whether a controller's copies show what it has written itself.

Copies lag behind the server: who decides on one that lacks its own last write decides the same
again, or writes to a version that is gone. So the key waits until the copies have caught up.
Models pkg/controller/util/consistency (KEP-5647), which is on by default since 1.36 for
DaemonSets, Jobs, ReplicaSets and StatefulSets, and since 1.37 for HorizontalPodAutoscalers: feature
gates StaleControllerConsistency*.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubelite.api import SCHEME
from kubelite.client.informer import Informer


class ConsistencyError(Exception):
    """A copy does not show yet what was written."""


class ConsistencyStore:
    """The revisions of what was written for each key, by resource, until they have been read.

    ``skips`` counts how often a key had to wait.
    """

    def __init__(self, *informers: Informer):
        self.skips = 0
        self._informers: Mapping[str, Informer] = {one.resource: one for one in informers}
        self._writes: dict[str, dict[str, int]] = {}

    def wrote(self, key: str, obj: Any) -> None:
        """Remember a write for ``key``: ``obj`` is what the server answered."""
        resource = SCHEME.of(type(obj)).resource
        if resource in self._informers:
            written, revision = self._writes.setdefault(key, {}), int(obj.metadata.resource_version)
            written[resource] = max(revision, written.get(resource, 0))

    # DOC: own-writes
    def ensure_ready(self, key: str) -> None:
        """Raise ``ConsistencyError`` until every write for ``key`` has been read."""
        written = self._writes.get(key)
        if written is None:
            return
        for resource, revision in written.items():
            read = self._informers[resource].revision
            if read < revision:
                self.skips += 1
                raise ConsistencyError(
                    f"read version: {read} is not as new as written version: {revision} "
                    f"for group resource {resource}"
                )
        del self._writes[key]

    def forget_all(self) -> None:
        """Lose what is only in memory."""
        self._writes.clear()
