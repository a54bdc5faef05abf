"""What the probes found last, by container. Models ``pkg/kubelet/prober/results``."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

SUCCESS = "success"
FAILURE = "failure"
UNKNOWN = "unknown"


class Streak(msgspec.Struct):
    """One probe's equal results in a row: ``count`` of them from ``first`` to ``last``.

    Nobody in the engine asks; views show it. After ``threshold`` of them the kubelet acts.
    """

    uid: str
    container: str
    kind: str
    result: str
    threshold: int
    first: int
    last: int
    count: int


class Results:
    """Results of one kind of probe. ``on_change(uid)`` runs when a container's result changes."""

    def __init__(self, on_change: Callable[[str], object]):
        self._on_change = on_change
        self._results: dict[str, str] = {}

    def get(self, container_id: str) -> str | None:
        """The container's last result, or None before its first."""
        return self._results.get(container_id)

    def begin(self, container_id: str, initial: str) -> None:
        """A new container: it counts as ``initial`` until its probe has spoken."""
        self._results[container_id] = initial

    def set(self, container_id: str, result: str, uid: str) -> None:
        """Note a result; pod ``uid`` is looked at again if it is another than before."""
        if self._results.get(container_id) != result:
            self._results[container_id] = result
            self._on_change(uid)

    def remove(self, container_id: str) -> None:
        """The container is gone."""
        self._results.pop(container_id, None)
