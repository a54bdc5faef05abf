"""Which pods have to leave a node before it goes, and which pod keeps the node where it is.

Models cluster-autoscaler/utils/drain/drain.go and simulator/drain.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kubelite.api.core_v1 import Pod
from kubelite.api.policy_v1 import PodDisruptionBudget
from kubelite.apimachinery.labels import from_label_selector
from kubelite.apimachinery.meta import OwnerReference
from kubelite.apimachinery.struct import Value
from kubelite.sim.clock import SECOND

MIRROR_POD = "kubernetes.io/config.mirror"
SAFE_TO_EVICT = "cluster-autoscaler.kubernetes.io/safe-to-evict"
LONG_TERMINATING = 30 * SECOND
DEFAULT_GRACE = 30
KUBE_SYSTEM = "kube-system"


class Blocked(Value):
    """The pod that keeps its node, and why, in upstream's words."""

    pod: Pod
    reason: str
    message: str


class Drainability(Value):
    """The pods that have to move and the daemons; or who is in the way."""

    pods: tuple[Pod, ...] = ()
    daemons: tuple[Pod, ...] = ()
    blocked: Blocked | None = None


def controller_of(pod: Pod) -> OwnerReference | None:
    """The owner that manages the pod."""
    return next((owner for owner in pod.metadata.owner_references if owner.controller), None)


def is_daemon(pod: Pod) -> bool:
    """Whether a DaemonSet manages the pod, or it says so itself."""
    owner = controller_of(pod)
    return owner is not None and owner.kind == "DaemonSet"


# DOC: drainability
def pods_to_move(
    pods: Iterable[Pod],
    budgets: Sequence[PodDisruptionBudget],
    now: int,
    known: Callable[[Pod, OwnerReference], bool] = lambda pod, owner: True,
    skip_system: bool = True,
    skip_local: bool = True,
) -> Drainability:
    """Look at every pod of a node; ``known`` says whether a pod's controller is still there."""
    moving: list[Pod] = []
    daemons: list[Pod] = []
    for pod in pods:
        if MIRROR_POD in pod.metadata.annotations or _long_terminating(pod, now):
            continue
        owner = controller_of(pod)
        if owner is not None and not known(pod, owner):
            text = f"owner {owner.kind} for {_name(pod)} is not available"
            return Drainability(blocked=Blocked(pod, "ControllerNotFound", text))
        if is_daemon(pod):
            daemons.append(pod)
            continue
        blocked = _in_the_way(pod, owner, budgets, skip_system, skip_local)
        if blocked is not None:
            return Drainability(blocked=blocked)
        moving.append(pod)
    return Drainability(tuple(moving), tuple(daemons), _short_of_budget(moving, budgets))


def _in_the_way(
    pod: Pod,
    owner: OwnerReference | None,
    budgets: Sequence[PodDisruptionBudget],
    skip_system: bool,
    skip_local: bool,
) -> Blocked | None:
    safe = pod.metadata.annotations.get(SAFE_TO_EVICT)
    name = pod.metadata.name
    if safe == "true" or _terminal(pod):
        return None
    if owner is None:
        return Blocked(pod, "NotReplicated", f"{_name(pod)} is not replicated")
    if skip_system and pod.metadata.namespace == KUBE_SYSTEM and not _budgets_of(pod, budgets):
        text = f"non-daemonset, non-mirrored, non-pdb-assigned kube-system pod present: {name}"
        return Blocked(pod, "UnmovableKubeSystemPod", text)
    if skip_local and has_local_storage(pod):
        text = f"pod with local storage present: {name}"
        return Blocked(pod, "LocalStorageRequested", text)
    if safe == "false":
        text = f"pod annotated as not safe to evict present: {name}"
        return Blocked(pod, "NotSafeToEvictAnnotation", text)
    return None


def _short_of_budget(pods: Sequence[Pod], budgets: Sequence[PodDisruptionBudget]) -> Blocked | None:
    """Whether a budget allows fewer of its pods to go than are here."""
    for budget in budgets:
        mine = [pod for pod in pods if _budgets_of(pod, [budget])]
        if len(mine) > budget.status.disruptions_allowed:
            text = f"not enough pod disruption budget to move {_name(mine[0])}"
            return Blocked(mine[0], "NotEnoughPdb", text)
    return None


def _budgets_of(pod: Pod, budgets: Sequence[PodDisruptionBudget]) -> list[PodDisruptionBudget]:
    return [
        budget
        for budget in budgets
        if budget.metadata.namespace == pod.metadata.namespace
        and from_label_selector(budget.spec.selector).matches(pod.metadata.labels)
    ]


def has_local_storage(pod: Pod) -> bool:
    """Whether what the pod has written would be lost with its node."""
    return any(v.empty_dir is not None or v.host_path is not None for v in pod.spec.volumes)


def _terminal(pod: Pod) -> bool:
    phase = pod.status.phase
    ended = pod.spec.restart_policy in ("Never", "OnFailure") and phase == "Succeeded"
    return ended or phase == "Failed"


def _long_terminating(pod: Pod, now: int) -> bool:
    since = pod.metadata.deletion_timestamp
    if since is None:
        return False
    grace = pod.spec.termination_grace_period_seconds
    seconds = DEFAULT_GRACE if grace is None else grace
    return since + seconds * SECOND + LONG_TERMINATING < now


def _name(pod: Pod) -> str:
    return f"{pod.metadata.namespace}/{pod.metadata.name}"
