"""What a StatefulSet does next: start in order, end in reverse order, update from the top.

Models pkg/controller/statefulset/stateful_set_control.go.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from kubelite.api.apps_v1 import ControllerRevision, StatefulSet, StatefulSetStatus
from kubelite.api.conditions import pod_available, pod_finished
from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.intstr import scaled
from kubelite.apimachinery.struct import Value, replace
from kubelite.apimachinery.times import SECOND
from kubelite.client.controller import Action, Create, Delete, Update
from kubelite.controllers import history
from kubelite.controllers.statefulset import claims, identity
from kubelite.controllers.statefulset.identity import ordinal, revision_of


class Observed(Value):
    """What a plan looks at: the set's pods, the revisions it comes from and goes to, claims.

    The pods of the ordinals ``others`` are as they should be and not among the pods here;
    ``serving`` of them are available.
    """

    pods: tuple[Pod, ...]
    current: ControllerRevision
    update: ControllerRevision
    now: int
    claim: claims.Claims = msgspec.field(default=lambda key: None)
    others: Collection[int] = ()
    serving: int = 0


Step = tuple[list[Action], bool]
"""What to do, and whether nothing else may be done until that has had its effect."""


def settled(owner: StatefulSet, seen: Observed, pod: Pod) -> bool | None:
    """Whether a pod that is as it should be is available.

    None where there may be something to do, now or as time passes: no plan asks more of the
    others than which they are. Where one pod waits for the other, all have to be available.
    """
    if owner.spec.volume_claim_templates:
        return None  # its claims are looked at, too
    first, name = identity.first(owner), seen.update.metadata.name
    if not first <= ordinal(pod) < first + identity.size(owner) or revision_of(pod) != name:
        return None
    if _ends(pod) or pod_finished(pod) or identity.identified(pod) is not pod:
        return None
    if not _unavailable(owner, pod, seen.now):
        return True
    waits = ordered(owner) or not pod.status.phase or _running_and_ready(pod, seen.now)
    return None if waits else False


# DOC: statefulset-plan
def plan(owner: StatefulSet, seen: Observed) -> list[Action]:
    """What to do about the pods: the living first, then those too many, then the update."""
    if owner.metadata.deletion_timestamp is not None:
        return []
    found = {number: pod for pod in seen.pods if (number := ordinal(pod)) >= 0}
    wanted = range(identity.first(owner), identity.first(owner) + identity.size(owner))
    replicas = {
        number: found.get(number) or _missing(owner, seen, number)
        for number in wanted
        if number not in seen.others
    }
    condemned = [found[number] for number in sorted(found, reverse=True) if number not in wanted]
    actions, blocked = _living(owner, seen, replicas.values())
    if owner.spec.volume_claim_templates:
        there = [pod for pod in (*replicas.values(), *condemned) if _exists(pod)]
        actions = [*claims.retention(owner, there, seen.claim), *actions]
    if blocked:
        return actions
    more, blocked = _surplus(owner, seen, replicas.values(), condemned)
    actions += more
    if blocked or owner.spec.update_strategy.type == "OnDelete":
        return actions
    return [*actions, *_outdated(owner, seen, replicas)]


def ordered(owner: StatefulSet) -> bool:
    """Whether one pod waits for the other."""
    return owner.spec.pod_management_policy != "Parallel"


def _missing(owner: StatefulSet, seen: Observed, number: int) -> Pod:
    """The pod of an ordinal that has none, at the revision that is due there."""
    strategy, start = owner.spec.update_strategy, identity.first(owner)
    if strategy.type == "RollingUpdate":
        rolling = strategy.rolling_update
        kept = owner.status.current_replicas if rolling is None else rolling.partition or 0
        if number < start + kept:
            template = history.template_of(seen.current)
            return identity.new_pod(owner, template, seen.current.metadata.name, number)
    return identity.new_pod(owner, owner.spec.template, seen.update.metadata.name, number)


def _living(owner: StatefulSet, seen: Observed, replicas: Iterable[Pod]) -> Step:
    actions: list[Action] = []
    for pod in replicas:
        more, blocked = _look_after(owner, seen, pod)
        actions += more
        if blocked and ordered(owner):
            return actions, True
    return actions, False


# DOC: statefulset-one-at-most
def _look_after(owner: StatefulSet, seen: Observed, pod: Pod) -> Step:
    """One pod within the range. Its successor waits until it is available.

    A pod that is to be replaced is deleted and made anew only when it is really gone: until then
    its name is taken, so there is never a second one.
    """
    if not _exists(pod):
        return [*claims.missing(owner, pod, seen.claim), Create(pod)], True
    if pod_finished(pod):
        return ([] if _ends(pod) else [_delete(pod)]), True
    wanted = claims.missing(owner, pod, seen.claim) if pod.status.phase == "Pending" else []
    if ordered(owner) and _unavailable(owner, pod, seen.now):
        return wanted, True
    known = identity.identified(pod)
    return (wanted if known is pod else [*wanted, Update(known)]), False


def _surplus(
    owner: StatefulSet, seen: Observed, replicas: Iterable[Pod], condemned: Sequence[Pod]
) -> Step:
    """End those beyond the range, the highest first; in order, one after the other.

    One that is not available is ended only when it is the first such pod of all.
    """
    if not ordered(owner):
        return [_delete(pod) for pod in condemned if not _ends(pod)], False
    if not condemned:
        return [], False
    pod = condemned[0]
    unavailable = (p for p in (*replicas, *reversed(condemned)) if _unavailable(owner, p, seen.now))
    if _ends(pod) or (_unavailable(owner, pod, seen.now) and pod is not next(unavailable, None)):
        return [], True
    return [_delete(pod)], True


# DOC: statefulset-rolling-update
def _outdated(owner: StatefulSet, seen: Observed, replicas: dict[int, Pod]) -> list[Action]:
    """Delete pods of another revision from the highest ordinal down to the partition.

    At most ``maxUnavailable`` pods are unavailable, whatever the reason.
    """
    rolling = owner.spec.update_strategy.rolling_update
    lowest = identity.first(owner) + ((rolling.partition or 0) if rolling else 0)
    limit = rolling.max_unavailable if rolling and rolling.max_unavailable is not None else 1
    room = max(scaled(limit, identity.size(owner), False), 1) - len(seen.others) + seen.serving
    room -= sum(_unavailable(owner, pod, seen.now) for pod in replicas.values())
    name = seen.update.metadata.name
    old = [
        pod
        for number, pod in reversed(replicas.items())
        if number >= lowest and revision_of(pod) != name and not _ends(pod)
    ]
    return [_delete(pod) for pod in old[: max(room, 0)]]


def report(owner: StatefulSet, seen: Observed, ended: Iterable[str] = ()) -> StatefulSetStatus:
    """What to say of the pods; ``ended`` are uids of those that are just being deleted.

    These are no longer counted at the revision that an update leaves behind.
    """
    delay = owner.spec.min_ready_seconds * SECOND
    gone = set() if seen.current is seen.update else set(ended)
    created = [pod for pod in seen.pods if pod.status.phase]
    ready = [pod for pod in created if _running_and_ready(pod, seen.now)]
    staying = [pod for pod in created if not _ends(pod)]
    current, update = seen.current.metadata.name, seen.update.metadata.name
    others = len(seen.others)
    status = replace(
        owner.status,
        observed_generation=owner.metadata.generation,
        replicas=others + len(created),
        ready_replicas=seen.serving + len(ready),
        available_replicas=seen.serving + sum(pod_available(pod, delay, seen.now) for pod in ready),
        current_replicas=(others if current == update else 0)
        + sum(revision_of(p) == current and p.metadata.uid not in gone for p in staying),
        updated_replicas=others + sum(revision_of(p) == update for p in staying),
        current_revision=current,
        update_revision=update,
        collision_count=owner.status.collision_count or 0,
    )
    return _completed(owner, status)


def _completed(owner: StatefulSet, status: StatefulSetStatus) -> StatefulSetStatus:
    """When all pods are updated and ready, the revision gone to is the current one."""
    rolling = owner.spec.update_strategy.type == "RollingUpdate"
    counts = {status.updated_replicas, status.ready_replicas, status.replicas}
    if not rolling or counts != {identity.size(owner)}:
        return status
    return replace(
        status,
        current_replicas=status.updated_replicas,
        current_revision=status.update_revision,
    )


def _exists(pod: Pod) -> bool:
    return bool(pod.metadata.uid)


def _ends(pod: Pod) -> bool:
    return pod.metadata.deletion_timestamp is not None


def _running_and_ready(pod: Pod, now: int) -> bool:
    return pod.status.phase == "Running" and pod_available(pod, 0, now)


def _unavailable(owner: StatefulSet, pod: Pod, now: int) -> bool:
    delay = owner.spec.min_ready_seconds * SECOND
    running = pod.status.phase == "Running"
    return _ends(pod) or not (running and pod_available(pod, delay, now))


def _delete(pod: Pod) -> Delete:
    meta = pod.metadata
    return Delete("pods", meta.name, meta.namespace, meta.uid)
