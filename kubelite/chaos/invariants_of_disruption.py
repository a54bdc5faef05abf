"""What must be true whenever somebody is asked to leave: rows of ``chaos.concerns``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelite.api.conditions import pod_active, pod_ready
from kubelite.apimachinery.labels import from_label_selector


def preemption_spares_equals(replay: Any) -> Iterator[str]:
    """21. Preemption never evicts a pod of equal or higher priority."""
    new, old = replay.new, replay.old
    if _marked(new) != "PreemptionByScheduler" or _marked(old) == "PreemptionByScheduler":
        return
    waiting = [p for p in replay.of("pods").values() if not p.spec.node_name]
    if not any((p.spec.priority or 0) > (new.spec.priority or 0) for p in waiting):
        yield "was preempted though nobody more important waits"


def evictions_keep_budgets(replay: Any) -> Iterator[str]:
    """33. Evictions keep a PodDisruptionBudget."""
    new, old = replay.new, replay.old
    if _marked(new) != "EvictionByEvictionAPI" or _marked(old) == "EvictionByEvictionAPI":
        return
    if replay.bereaved > replay.when - replay.slack:
        return  # its status may not know yet
    pods = [p for p in replay.of("pods").values() if _marked(p) != "EvictionByEvictionAPI"]
    for budget in replay.of("poddisruptionbudgets.policy").values():
        matches = from_label_selector(budget.spec.selector).matches
        if budget.metadata.namespace != new.metadata.namespace or not pod_ready(new):
            continue
        left = [p for p in pods if p.metadata.uid != new.metadata.uid and pod_active(p)]
        healthy = sum(pod_ready(p) and matches(p.metadata.labels) for p in left)
        if matches(new.metadata.labels) and healthy < budget.status.desired_healthy:
            yield f"was evicted though {healthy} are left of {budget.status.desired_healthy}"


def _marked(obj: Any) -> str:
    """Why a pod is the target of a disruption, or ""."""
    return next((c.reason for c in obj.status.conditions if c.type == "DisruptionTarget"), "")
