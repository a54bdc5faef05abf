"""What the autoscaler tells administrators: a ConfigMap, and events about it.

Upstream writes the ConfigMap with every scan; here it is written when something in it changes.
Models cluster-autoscaler/clusterstate/utils/status.go and clusterstate/api/types.go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from kubelite.api.core_v1 import ConfigMap, Node
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import MERGE_PATCH, Response
from kubelite.apimachinery.times import Time
from kubelite.autoscaler.cloudprovider import NodeGroup
from kubelite.client import Client, EventRecorder
from kubelite.client.events import NORMAL

NAME = "cluster-autoscaler-status"
NAMESPACE = "kube-system"
LAST_UPDATED = "cluster-autoscaler.kubernetes.io/last-updated"


class StatusMap:
    """The ConfigMap kube-system/cluster-autoscaler-status."""

    def __init__(self, client: Client, recorder: EventRecorder):
        self._client = client
        self._recorder = recorder
        self._object: ConfigMap | None = None
        self._written = ""

    def start(self) -> None:
        """Create it, or take up the one that is there."""
        meta = ObjectMeta(name=NAME, namespace=NAMESPACE)
        blank = ConfigMap(metadata=meta, data={"status": "Initializing"})

        def answered(response: Response) -> None:
            self._object = (
                response.body if response.ok else self._client.get("configmaps", NAME, NAMESPACE)
            )

        self._client.create(blank, answered)

    def event(self, reason: str, message: str) -> None:
        """Report something about the cluster as a whole."""
        if self._object is not None:
            self._recorder.event(self._object, NORMAL, reason, message)

    def write(
        self, groups: Iterable[NodeGroup], ready: Sequence[Node], unneeded: Collection[str]
    ) -> None:
        """How things stand, if that has changed."""
        text = _text(list(groups), {node.metadata.name for node in ready}, unneeded)
        if self._object is None or text == self._written:
            return
        self._written = text
        now = Time(self._client.clock.now).wire()
        change = {
            "metadata": {"annotations": {LAST_UPDATED: now}},
            "data": {"status": f"time: {now}\n{text}"},
        }
        self._client.patch("configmaps", NAME, NAMESPACE, change, MERGE_PATCH)


def _text(groups: Sequence[NodeGroup], ready: set[str], unneeded: Collection[str]) -> str:
    lines = ["autoscalerStatus: Running", "nodeGroups:"]
    for group in groups:
        machines = group.machines()
        there = sum(name in ready for name in machines)
        candidates = sum(name in unneeded for name in machines)
        rising = "InProgress" if there < group.target_size else "NoActivity"
        falling = "CandidatesPresent" if candidates else "NoCandidates"
        lines += [
            f"- name: {group.name}",
            f"  health: {{status: Healthy, nodeCounts: {{registered: {{ready: {there}}}}}, "
            f"cloudProviderTarget: {group.target_size}, "
            f"minSize: {group.min_size}, maxSize: {group.max_size}}}",
            f"  scaleUp: {{status: {rising}}}",
            f"  scaleDown: {{status: {falling}, candidates: {candidates}}}",
        ]
    return "\n".join(lines) + "\n"
