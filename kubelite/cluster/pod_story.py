"""The words of a story for what may change about a pod: its state, amounts, added containers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kubelite.api.conditions import condition, pod_ready
from kubelite.api.core_v1 import Pod, PodSpec

_JUST_STARTING = ("ContainerCreating", "PodInitializing")

_DISRUPTED = {
    "EvictionByEvictionAPI": "asked for {it} to be evicted",
    "PreemptionByScheduler": "chose {it} as a victim of preemption",
    "DeletionByTaintManager": "found that {it} no longer tolerates a taint of its node",
    "DeletionByPodGC": "found {it} without its node",
    "TerminationByKubelet": "ended {it} for the sake of its node",
}
"""What the reason of a DisruptionTarget means; ``{it}`` is the pod."""


def details(new: Pod, old: Pod) -> Iterator[str]:
    """What changed between two versions of a pod."""
    if new.spec is not old.spec:
        yield from spec_changes(old.spec, new.spec)
    if new.status is old.status:
        return
    if new.status.phase != old.status.phase:
        reason = f": {new.status.reason}" if new.status.reason else ""
        yield f"phase {old.status.phase or 'none'} → {new.status.phase}{reason}"
    if pod_ready(new) != pod_ready(old):
        yield "ready" if pod_ready(new) else "no longer ready"
    was = sum(s.restart_count for s in old.status.container_statuses)
    now = sum(s.restart_count for s in new.status.container_statuses)
    if was != now:
        yield f"restarts {was} → {now}"
    held = _waiting(old)
    yield from (text for text in _waiting(new) if text not in held)
    yield from resize_changes(new, old)


def disruption(new: Pod, old: Pod, it: str) -> Iterator[str]:
    """That it was picked to be ended, and by what."""
    marked = condition(new, "DisruptionTarget")
    if marked is not None and condition(old, "DisruptionTarget") is None:
        words = _DISRUPTED.get(marked.reason, "marked {it} as the target of a disruption")
        yield words.format(it=it)


def _waiting(pod: Pod) -> list[str]:
    """Which containers wait, and for what, if it is not just their turn."""
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    return [
        f"container {status.name} waits: {status.state.waiting.reason}"
        for status in statuses
        if status.state
        and status.state.waiting
        and status.state.waiting.reason not in _JUST_STARTING
    ]


def spec_changes(before: PodSpec, after: PodSpec) -> Iterable[str]:
    """What is asked for instead, container by container; who was added."""
    old = {container.name: container for container in before.init_containers + before.containers}
    for container in after.init_containers + after.containers:
        held = old.get(container.name, container).resources
        wanted = container.resources
        if held is wanted:
            continue
        for kind, was, now in (
            ("requests", held.requests, wanted.requests),
            ("limits", held.limits, wanted.limits),
        ):
            for name in dict.fromkeys((*was, *now)):
                if was.get(name) != now.get(name):
                    yield f"{container.name} {kind} {name} {was.get(name)} → {now.get(name)}"
    known = {container.name for container in before.ephemeral_containers}
    for added in after.ephemeral_containers:
        if added.name not in known:
            yield f"ephemeral container {added.name} added"


def resize_changes(new: Pod, old: Pod) -> Iterable[str]:
    """That a resize has to wait, or can never be."""
    now, was = condition(new, "PodResizePending"), condition(old, "PodResizePending")
    if now is not None and (was is None or was.reason != now.reason):
        yield f"resize {now.reason}"
