"""The words of a story for what may change about a running pod: amounts and added containers."""

from __future__ import annotations

from collections.abc import Iterable

from kubelite.api.conditions import condition
from kubelite.api.core_v1 import Pod, PodSpec


def spec_changes(before: PodSpec, after: PodSpec) -> Iterable[str]:
    """What is asked for instead, container by container; who was added."""
    old = {container.name: container for container in before.init_containers + before.containers}
    for container in after.init_containers + after.containers:
        held = old.get(container.name, container).resources
        wanted = container.resources
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
