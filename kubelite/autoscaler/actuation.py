"""Taking a node away: mark it, wait, move its pods, give the machine back.

Pods leave through the eviction subresource; whom a budget holds is asked for again every ten
seconds, for two minutes. Models cluster-autoscaler/core/scaledown/actuation and utils/taints.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kubelite.api.core_v1 import Node, Pod, Taint
from kubelite.api.meta_v1 import DeleteOptions
from kubelite.api.policy_v1 import Eviction
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import MERGE_PATCH, Request, Response
from kubelite.apimachinery.struct import to_dict
from kubelite.autoscaler.cloudprovider import NodeGroup
from kubelite.autoscaler.drainability import DEFAULT_GRACE, MIRROR_POD, is_daemon
from kubelite.autoscaler.options import AutoscalingOptions
from kubelite.autoscaler.scaledown import TO_BE_DELETED
from kubelite.client import Client, EventRecorder, Informer
from kubelite.client.events import NORMAL, WARNING
from kubelite.sim.clock import SECOND

EVICTION_RETRY = 10 * SECOND
EVICTION_HEADROOM = 30 * SECOND
POLL = 5 * SECOND
REASON = "ScaleDown"
FAILED = "ScaleDownFailed"


class Hands:
    """What is needed to act: a client, events, copies of nodes and pods."""

    def __init__(self, client: Client, recorder: EventRecorder, nodes: Informer, pods: Informer):
        self.client = client
        self.clock = client.clock
        self.recorder = recorder
        self.nodes = nodes
        self.pods = pods

    def on(self, node: str) -> list[Pod]:
        """The pods on a node that are not mirrors of static ones."""
        found = self.pods.index("node", node)
        return [pod for pod in found if MIRROR_POD not in pod.metadata.annotations]

    def taint(self, node: Node, taints: Sequence[Taint], cordon: bool | None = None) -> None:
        """Write these taints; with ``cordon`` close the node for new pods, or open it again."""
        spec: dict[str, Any] = {"taints": [to_dict(taint) for taint in taints] or None}
        if cordon is not None:
            spec["unschedulable"] = cordon or None
        self.client.patch("nodes", node.metadata.name, "", {"spec": spec}, MERGE_PATCH)


class Deletion:
    """One node on its way out. ``ended(deletion, ok)`` is called when it is gone or kept."""

    def __init__(
        self,
        hands: Hands,
        options: AutoscalingOptions,
        node: Node,
        group: NodeGroup,
        drain: bool,
        ended: Callable[[Deletion, bool], None],
    ):
        self.name = node.metadata.name
        self.drain = drain
        self.pods: dict[str, Pod] = {}  # still to be evicted, by uid
        self._hands = hands
        self._clock = hands.clock
        self._options = options
        self._node = node
        self._group = group
        self._ended = ended
        self._evicted: list[Pod] = []
        self._over = False
        self._deadline = 0

    # DOC: scale-down-actuation
    def start(self) -> None:
        """Mark the node, so that nothing new comes, and wait until everybody has seen it."""
        seconds = str(self._clock.now // SECOND)
        mark = Taint(key=TO_BE_DELETED, value=seconds, effect="NoSchedule")
        cordon = True if self._options.cordon_node_before_terminating else None
        self._hands.taint(self._node, (*self._node.spec.taints, mark), cordon)
        self._say(self._node, NORMAL, REASON, "marked the node as toBeDeleted/unschedulable")
        delay = round(self._options.node_delete_delay_after_taint * SECOND)
        self._clock.after(delay, self._drain if self.drain else self._check_empty)

    def _check_empty(self) -> None:
        if any(not is_daemon(pod) for pod in self._hands.on(self.name)):
            self._fail(f'failed to delete empty node "{self.name}", new pods scheduled')
        else:
            self._give_back()

    def _drain(self) -> None:
        retry_until = self._clock.now + round(self._options.max_pod_eviction_time * SECOND)
        here = self._hands.on(self.name)
        daemons = [pod for pod in here if is_daemon(pod)]
        self._evicted = [pod for pod in here if not is_daemon(pod)]
        self.pods = {pod.metadata.uid: pod for pod in self._evicted}
        for pod in self._evicted:
            self._evict(pod, retry_until)
        if self._options.daemonset_eviction_for_occupied_nodes:
            for pod in daemons:
                self._evict(pod, self._clock.now, best_effort=True)
        if not self._evicted:
            self._give_back()

    def _evict(self, pod: Pod, retry_until: int, best_effort: bool = False) -> None:
        self._say(pod, NORMAL, REASON, "deleting pod for node scale down")
        meta, grace = pod.metadata, pod.spec.termination_grace_period_seconds
        seconds = DEFAULT_GRACE if grace is None else grace
        seconds = min(seconds, self._options.max_graceful_termination_sec or seconds)
        body = Eviction(
            metadata=ObjectMeta(name=meta.name, namespace=meta.namespace),
            delete_options=DeleteOptions(grace_period_seconds=seconds),
        )
        component = self._hands.client.component
        asked = Request("create", "pods", meta.namespace, meta.name, "eviction", body, component)

        def answered(response: Response) -> None:
            if best_effort or self._over:
                return
            if response.ok or response.code == 404:
                self._confirmed(pod)
            elif self._clock.now + EVICTION_RETRY < retry_until:
                self._clock.after(EVICTION_RETRY, self._hands.client.send, asked, answered)
            else:
                self._say(pod, WARNING, FAILED, "failed to delete pod for ScaleDown")
                error = f"failed to evict pod {meta.namespace}/{meta.name} within allowed timeout"
                last = f"{error} (last error: {response.body.message})"
                self._fail(f"Failed to drain node /{self.name}, due to following errors: [{last}]")

        self._hands.client.send(asked, answered)

    def _confirmed(self, pod: Pod) -> None:
        """One pod is going; when all are, wait until they have gone."""
        self.pods.pop(pod.metadata.uid, None)
        if not self.pods:
            longest = self._options.max_graceful_termination_sec * SECOND
            self._deadline = self._clock.now + longest + EVICTION_HEADROOM
            self._await_gone()

    def _await_gone(self) -> None:
        here = {pod.metadata.uid for pod in self._hands.on(self.name)}
        if not any(pod.metadata.uid in here for pod in self._evicted):
            self._give_back()
        elif self._clock.now < self._deadline:
            self._clock.after(POLL, self._await_gone)
        else:
            self._fail(f"Failed to drain node /{self.name}: pods remaining after timeout")

    def _give_back(self) -> None:
        self._over = True
        self._group.delete_node(self.name)
        self._say(self._node, NORMAL, REASON, "nodes removed by cluster autoscaler")
        self._ended(self, True)

    def _fail(self, error: str) -> None:
        """Take the mark off again: the node stays."""
        self._over = True
        what = "drain and delete node" if self.drain else "delete empty node"
        self._say(self._node, WARNING, FAILED, f"failed to {what}: {error}")
        node = self._hands.nodes.get(self.name)
        if node is not None:
            kept = [taint for taint in node.spec.taints if taint.key != TO_BE_DELETED]
            cordoned = self._options.cordon_node_before_terminating
            self._hands.taint(node, kept, False if cordoned else None)
        self._ended(self, False)

    def _say(self, about: Any, type: str, reason: str, message: str) -> None:
        self._hands.recorder.event(about, type, reason, message)
