"""Which pods the descheduler may evict, and doing it, within the limits of one round.

Models pkg/framework/plugins/defaultevictor and pkg/descheduler/evictions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kubelite.api.conditions import node_ready, pod_finished
from kubelite.api.core_v1 import Node, Pod
from kubelite.api.policy_v1 import Eviction
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.struct import Value, replace
from kubelite.client import Client, EventRecorder
from kubelite.client.events import NORMAL
from kubelite.descheduler.policy import Policy
from kubelite.scheduler.nominator import Nominator
from kubelite.scheduler.profile import Framework
from kubelite.scheduler.schedule_one import refusal
from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import Needs, PodInfo

EVICT = "descheduler.alpha.kubernetes.io/evict"
MIRROR_POD = "kubernetes.io/config.mirror"
SYSTEM_CRITICAL = 2_000_000_000

_NOBODY = Nominator()


class Evicted(Value):
    """One pod that was evicted: by which strategy, from which node."""

    pod: str
    node: str
    strategy: str


class Scene:
    """What one round looks at: Ready nodes, and the pods on each that have not finished."""

    def __init__(self, nodes: Sequence[Node], pods: Sequence[Pod]):
        self.nodes = [node for node in nodes if node_ready(node)]
        names = {node.metadata.name for node in self.nodes}
        self.placed = [p for p in pods if p.spec.node_name in names and not pod_finished(p)]
        self.on: dict[str, list[Pod]] = {node.metadata.name: [] for node in self.nodes}
        for pod in self.placed:
            self.on[pod.spec.node_name].append(pod)


class Evictor:
    """Judges and evicts. ``evicted`` is what has been done in this round."""

    def __init__(self, client: Client, recorder: EventRecorder, policy: Policy, scene: Scene):
        self._client = client
        self._recorder = recorder
        self._policy = policy
        self._scene = scene
        self._framework = Framework()
        self._snapshot: Snapshot | None = None
        self._owners = Counter(o.uid for p in scene.placed for o in p.metadata.owner_references)
        self._per_node: Counter[str] = Counter()
        self._per_namespace: Counter[str] = Counter()
        self.evicted: list[Evicted] = []

    # DOC: descheduler-filter
    def refuses(self, pod: Pod) -> str:
        """Why the pod may not be evicted, or ""."""
        args, meta = self._policy.evictor, pod.metadata
        owners = meta.owner_references
        priority = pod.spec.priority or 0
        if EVICT in meta.annotations:
            return ""
        if MIRROR_POD in meta.annotations:
            return "pod is a mirror pod"
        if meta.deletion_timestamp is not None:
            return "pod is terminating"
        if not owners and not (args.evict_failed_bare_pods and pod.status.phase == "Failed"):
            return "pod does not have any ownerRefs"
        if not args.evict_system_critical_pods:
            if priority >= SYSTEM_CRITICAL:
                return "pod has system critical priority and is protected against eviction"
            threshold = args.priority_threshold
            if threshold is not None and priority >= threshold:
                return "pod has higher priority than specified priority class threshold"
        if not args.evict_local_storage_pods and _local_storage(pod):
            return "pod has local storage and is protected against eviction"
        if not args.evict_daemon_set_pods and any(o.kind == "DaemonSet" for o in owners):
            return "daemonset pods are protected against eviction"
        if args.ignore_pvc_pods and any(v.persistent_volume_claim for v in pod.spec.volumes):
            return "pod with PVC is protected against eviction"
        if args.min_replicas > 1 and any(self._owners[o.uid] < args.min_replicas for o in owners):
            return "owner has fewer replicas than minReplicas"
        return ""

    def evictable(self, pod: Pod) -> bool:
        """Whether it may go at all."""
        return not self.refuses(pod)

    def has_elsewhere(self, pod: Pod) -> bool:
        """With ``nodeFit``: whether another node would take the pod; without, always."""
        return not self._policy.evictor.node_fit or self.fits_elsewhere(pod)

    def fits_elsewhere(self, pod: Pod) -> bool:
        """Whether all the scheduler's filters would let it onto some other node."""
        if self._snapshot is None:
            self._snapshot = Snapshot.of(self._scene.nodes, self._scene.placed)
        spec = replace(pod.spec, node_name="")
        free = PodInfo(replace(pod, spec=spec), Needs(spec, pod.metadata.namespace))
        return any(
            refusal(free, node, self._snapshot, self._framework, _NOBODY) is None
            for node in self._snapshot.nodes
            if node.name != pod.spec.node_name
        )

    def full(self, pod: Pod) -> bool:
        """Whether a limit of this round forbids one more."""
        policy, node, space = self._policy, pod.spec.node_name, pod.metadata.namespace
        limits = (
            (policy.max_per_node, self._per_node[node]),
            (policy.max_per_namespace, self._per_namespace[space]),
            (policy.max_total, len(self.evicted)),
        )
        return any(limit and done >= limit for limit, done in limits)

    def evict(self, pod: Pod, strategy: str) -> bool:
        """Ask for the pod's eviction; False when a limit or a disruption budget forbids it."""
        if self.full(pod):
            return False
        meta, node = pod.metadata, pod.spec.node_name
        body = Eviction(metadata=ObjectMeta(name=meta.name, namespace=meta.namespace))
        component = self._client.component
        asked = Request("create", "pods", meta.namespace, meta.name, "eviction", body, component)
        if not self._client.api.handle(asked).ok:
            return False
        self._per_node[node] += 1
        self._per_namespace[meta.namespace] += 1
        self.evicted.append(Evicted(f"{meta.namespace}/{meta.name}", node, strategy))
        text = f"pod evicted from {node} node by sigs.k8s.io/descheduler"
        self._recorder.event(pod, NORMAL, strategy, text)
        return True


def _local_storage(pod: Pod) -> bool:
    return any(v.empty_dir is not None or v.host_path is not None for v in pod.spec.volumes)
