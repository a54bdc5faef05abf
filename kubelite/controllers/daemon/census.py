"""What every node has of every DaemonSet, counted once and corrected where something changes.

In a cluster of a thousand nodes one changes at a time. A node that is as it should be is counted
and not looked at again until something about it, or about a pod there, has changed; so a look
costs what has happened since the last one. Upstream looks at every node each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kubelite.api.apps_v1 import DaemonSet
from kubelite.api.core_v1 import Node, Pod
from kubelite.client.informer import Informer
from kubelite.controllers.base import controller_of
from kubelite.controllers.daemon import placement
from kubelite.controllers.daemon.manage import Observed, observed, settled


def by_daemon(pod: Pod) -> Sequence[str]:
    """An indexer: "UID/NODE", UID being the DaemonSet's, NODE where the pod is or has to go."""
    owner = controller_of(pod)
    if owner is None or owner.kind != "DaemonSet":
        return ()
    return (f"{owner.uid}/{placement.target_node(pod)}",)


@dataclass(slots=True)
class Count:
    """One DaemonSet: nodes that are as they should be, and those that have to be looked at.

    ``settled`` tells for each of the former whether its daemon is available, ``serving`` how many
    are. All of it is true for what the DaemonSet ``asked`` for.
    """

    asked: object = None
    settled: dict[str, bool] = field(default_factory=dict)
    serving: int = 0
    doubtful: dict[str, None] = field(default_factory=dict)

    def doubt(self, node: str) -> None:
        """What is known of the node may be wrong now."""
        self.serving -= self.settled.pop(node, False)
        self.doubtful[node] = None

    def settle(self, node: str, serving: bool) -> None:
        """The node is as it should be."""
        del self.doubtful[node]
        self.settled[node] = serving
        self.serving += serving


class Census:
    """The counts of all DaemonSets, over the local copies of nodes and pods.

    The copy of the pods needs the index "daemon": see ``by_daemon``.
    """

    def __init__(self, nodes: Informer, pods: Informer):
        self._nodes = nodes
        self._pods = pods
        self._counts: dict[str, Count] = {}  # by the DaemonSet's uid
        self._order: dict[str, int] = {}  # by node: its place in the copy; empty when unknown

    # What may have changed

    def node_changed(self, node: Node) -> None:
        """A node came, went, or is not what it was."""
        self._order.clear()
        for count in self._counts.values():
            count.doubt(node.metadata.name)

    def pod_changed(self, uid: str, pod: Pod) -> None:
        """A pod of this DaemonSet came, went, or is not what it was."""
        count = self._counts.get(uid)
        if count is not None:
            count.doubt(placement.target_node(pod))

    def forget(self, uid: str) -> None:
        """This DaemonSet is gone."""
        self._counts.pop(uid, None)

    # What there is

    # DOC: daemon-census
    def look(self, owner: DaemonSet, revision: str, now: int) -> Observed:
        """What a plan has to look at: doubtful nodes one by one, of the others their number."""
        count = self._count(owner, revision)
        nodes = self._in_order(count.doubtful)
        pods = [
            pod
            for name in sorted(count.doubtful)
            for pod in self._pods.index("daemon", f"{owner.metadata.uid}/{name}")
        ]
        seen = observed(owner, nodes, pods, revision, now, len(count.settled), count.serving)
        for name in tuple(count.doubtful):
            if name not in seen.pods and not seen.verdicts.get(name, (False, False))[0]:
                del count.doubtful[name]  # none there, and none wanted
            elif (serving := settled(owner, seen, name)) is not None:
                count.settle(name, serving)
        return seen

    def _count(self, owner: DaemonSet, revision: str) -> Count:
        """The count; a new one, with everything in doubt, when something else is asked for."""
        spec, uid = owner.spec, owner.metadata.uid
        generation = owner.metadata.annotations.get(placement.TEMPLATE_GENERATION)
        asked = (revision, generation, spec.min_ready_seconds, spec.template.spec)
        count = self._counts.get(uid)
        if count is None or count.asked != asked:
            pods = self._pods.index("controller", uid)
            names = [node.metadata.name for node in self._nodes.items()]
            names += map(placement.target_node, pods)
            count = self._counts[uid] = Count(asked, doubtful=dict.fromkeys(names))
        return count

    def _in_order(self, names: Iterable[str]) -> list[Node]:
        """The nodes of these names as they stand in the copy, without those that are gone."""
        if not self._order:
            nodes = self._nodes.items()
            self._order = {node.metadata.name: place for place, node in enumerate(nodes)}
        there = filter(self._order.__contains__, names)
        found: map[Any] = map(self._nodes.get, sorted(there, key=self._order.__getitem__))
        return list(found)
