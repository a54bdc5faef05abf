"""What must be true of sets, daemons, jobs and autoscalers: rows of ``tests.invariants``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelite.api.conditions import pod_active
from kubelite.sim.clock import SECOND
from tests.replay import Replay

DELAY = 5 * SECOND  # what a controller may not know yet
STATEFUL_SETS = "statefulsets.apps"


def _replicas(obj: Any) -> int | None:
    found: int | None = getattr(getattr(obj, "spec", None), "replicas", None)
    return found


def autoscalers_hesitate_to_shrink(replay: Replay) -> Iterator[str]:
    """33. What an autoscaler has just added it does not take away before its window is over."""
    new, old = replay.new, replay.old
    if replay.component != "horizontal-pod-autoscaler" or new is None or old is None:
        return
    wanted, before = _replicas(new), _replicas(old)
    if wanted is None or before is None or wanted == before:
        return
    uid = new.metadata.uid
    if wanted > before:
        replay.raised[uid] = (replay.when, wanted)
        return
    when, size = replay.raised.get(uid, (0, 0))
    window = min((_window(scaler) for scaler in _scalers(replay)), default=0)
    if wanted < size and replay.when < when + window * SECOND:
        yield f"shrank to {wanted} {(replay.when - when) // SECOND} s after it grew to {size}"


def _scalers(replay: Replay) -> Iterator[Any]:
    """Those that are responsible for what has changed."""
    meta = replay.new.metadata
    for scaler in replay.of("horizontalpodautoscalers.autoscaling").values():
        target = scaler.spec.scale_target_ref
        same = (target.kind, target.name) == (replay.new.kind, meta.name)
        if same and scaler.metadata.namespace == meta.namespace:
            yield scaler


def _window(scaler: Any) -> int:
    """How many seconds it looks back; 0 when somebody has changed it meanwhile."""
    if scaler.metadata.generation > 1:
        return 0
    rules = scaler.spec.behavior.scale_down if scaler.spec.behavior else None
    window = rules.stabilization_window_seconds if rules else None
    return 300 if window is None else window


def workloads_are_as_asked(replay: Replay) -> Iterator[str]:
    """37. Every workload has observed its spec, and counts the pods that there are."""
    now = replay.cluster.clock.now
    for resource in ("deployments.apps", "replicasets.apps", STATEFUL_SETS, "daemonsets.apps"):
        for key, obj in replay.of(resource).items():
            if now - max(replay.settled("pods", resource), replay.written[key]) < DELAY:
                continue
            if obj.status.observed_generation != obj.metadata.generation:
                yield f"{key} has not been looked at since it was changed"
            if resource == "replicasets.apps":
                alive = sum(map(pod_active, replay.children("pods", obj.metadata.uid)))
                if obj.status.replicas != alive:
                    yield f"{key} counts {obj.status.replicas} pods, and has {alive}"
