"""What the stories share: customers who ask all the time, and how events are read."""

from __future__ import annotations

from collections import Counter
from typing import Any

from kubelite import Cluster
from kubelite.cluster.traffic import Answer
from kubelite.sim.clock import SECOND


class Customers:
    """People who ask a Service for a page, ``each_second``, until they are told to stop."""

    def __init__(
        self, cluster: Cluster, service: str = "web", path: str = "/", each_second: float = 10
    ):
        self.answers: list[Answer] = []
        self._cluster, self._service, self._path = cluster, service, path
        self._pause = round(SECOND / each_second)
        self._leaving = False
        self._ask()

    def _ask(self) -> None:
        if not self._leaving:
            self._cluster.send_request(self._service, self._path, self.answers.append)
            self._cluster.clock.after(self._pause, self._ask)

    def leave(self) -> None:
        """No more requests; those under way are waited for."""
        self._leaving = True
        self._cluster.run(6)

    @property
    def lost(self) -> list[Answer]:
        """The requests that were not answered as they should have been."""
        return [answer for answer in self.answers if not answer.ok]

    @property
    def reasons(self) -> Counter[str]:
        """Why requests were lost: the error in a few words, or the status."""
        return Counter(a.error.rpartition(": ")[2] or str(a.status) for a in self.lost)


def said(cluster: Cluster, about: str, *reasons: str) -> list[str]:
    """The messages of the events about an object, oldest first; only of these reasons if given."""
    events = [e for e in cluster.events(about) if not reasons or e.reason in reasons]
    return [event.message for event in events]


def reasons(cluster: Cluster, about: str) -> list[str]:
    """The reasons of the events about an object, oldest first."""
    return [event.reason for event in cluster.events(about)]


def restarts(cluster: Cluster, pod: Any) -> dict[str, int]:
    """How often each container of a pod has been restarted."""
    statuses = cluster.get("pod", pod.metadata.name).status.container_statuses
    return {one.name: one.restart_count for one in statuses}


def warnings(cluster: Cluster, about: str = "") -> list[str]:
    """The messages of all warnings, oldest first."""
    return [event.message for event in cluster.events(about) if event.type == "Warning"]
