"""What a run with faults has come to, against what calm runs come to.

Whatever differs between two calm runs of a workload is chance and counts for nothing: names,
addresses and moments need no list of their own. Models the differential oracle of Sieve
(OSDI 2022).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kubelite.api.conditions import pod_finished, pod_ready
from kubelite.apimachinery.struct import to_dict
from kubelite.chaos.replay import Replay
from kubelite.controllers.base import controller_of

COUNTS = (
    *("replicas", "updated_replicas", "ready_replicas", "available_replicas"),
    *("desired_number_scheduled", "updated_number_scheduled", "number_available"),
    *("succeeded", "disruptions_allowed", "phase"),
)
"""What of a status tells how things are, not how they came about."""

SAME = (
    *("deployments.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch", "cronjobs.batch"),
    *("services", "namespaces", "configmaps", "poddisruptionbudgets.policy", "resourcequotas"),
    "nodes",
)
"""The kinds whose objects are there because they are asked for, and not because of what was."""

Outcome = Mapping[str, str]


class Expected(NamedTuple):
    """What all calm runs agree on, and everything that any of them has."""

    agreed: Outcome
    possible: frozenset[str]


def outcome(replay: Replay) -> Outcome:
    """What a cluster has come to: paths with their values."""
    found: dict[str, str] = {}
    for resource in SAME:
        for key, obj in replay.of(resource).items():
            if not _drawn(obj):
                found.update(_told(key, obj))
    alive = [pod for pod in replay.of("pods").values() if not pod_finished(pod)]
    for kind, count in Counter(_kind_of_pod(replay, pod) for pod in alive).items():
        found[f"pods: {kind}"] = str(count)
    return found


def _drawn(obj: Any) -> bool:
    """Whether it is a run of a CronJob: which of them are kept is a matter of moments."""
    owner = controller_of(obj)
    return owner is not None and owner.kind == "CronJob"


def _told(key: str, obj: Any) -> Iterator[tuple[str, str]]:
    yield key, "there"
    spec, status = getattr(obj, "spec", None), getattr(obj, "status", None)
    if spec is not None:
        yield from _leaves(f"{key} spec", to_dict(spec))
    for field in COUNTS:
        if (count := getattr(status, field, None)) is not None:
            yield f"{key} status.{field}", str(count)


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}", inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _leaves(f"{path}[{place}]", inner)
    else:
        yield path, str(value)


def _kind_of_pod(replay: Replay, pod: Any) -> str:
    owner, deployment = controller_of(pod), replay.deployment_of(pod)
    whose = f"{owner.kind} {owner.name}" if owner is not None else pod.metadata.name
    if deployment is not None:
        whose = f"Deployment {deployment.metadata.name}"
    images = " ".join(container.image for container in pod.spec.containers)
    ready = "ready" if pod_ready(pod) else "not ready"
    return f"{pod.metadata.namespace} {whose} {images} {ready}"


def expected(calm: Sequence[Outcome]) -> Expected:
    """What is to be expected of a run after these."""
    first, *others = calm
    agreed = {
        path: value
        for path, value in first.items()
        if all(other.get(path) == value for other in others)
    }
    return Expected(agreed, frozenset(path for one in calm for path in one))


def the_end_is_as_without_faults(replay: Replay) -> Iterator[str]:
    """46. In the end all is as after a run without faults, but for what differs between two such
    runs."""
    calm: Expected | None = replay.expected
    if calm is None:
        return
    found = outcome(replay)
    for path, value in calm.agreed.items():
        if found.get(path) != value:
            yield f"{path} is {found.get(path, 'not there')}, and {value} after calm runs"
    for path in found:
        if path not in calm.possible and found[path] == "there":
            yield f"{path} is there, and is not after calm runs"
