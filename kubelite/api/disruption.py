"""What a disruption budget's status says in its condition DisruptionAllowed.

Models ``k8s.io/component-helpers/apps/poddisruptionbudget/helpers.go``.
"""

from __future__ import annotations

from kubelite.api.policy_v1 import PodDisruptionBudgetStatus
from kubelite.apimachinery.meta import Condition
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import Time

DISRUPTION_ALLOWED = "DisruptionAllowed"


def allowing(status: PodDisruptionBudgetStatus, now: Time) -> PodDisruptionBudgetStatus:
    """The status with a condition that fits its number of allowed disruptions."""
    allowed = status.disruptions_allowed > 0
    reason = "SufficientPods" if allowed else "InsufficientPods"
    return with_condition(status, "True" if allowed else "False", reason, "", now)


def with_condition(
    status: PodDisruptionBudgetStatus, value: str, reason: str, message: str, now: Time
) -> PodDisruptionBudgetStatus:
    """The status with this condition; since when is kept as long as the value stays."""
    old = next((c for c in status.conditions if c.type == DISRUPTION_ALLOWED), None)
    same = old is not None and old.status == value
    fresh = Condition(
        type=DISRUPTION_ALLOWED,
        status=value,
        observed_generation=status.observed_generation,
        last_transition_time=old.last_transition_time if same and old else now,
        reason=reason,
        message=message,
    )
    others = tuple(c for c in status.conditions if c.type != DISRUPTION_ALLOWED)
    return replace(status, conditions=(*others, fresh))


def is_up_to_date(status: PodDisruptionBudgetStatus) -> bool:
    """Whether the condition says what the numbers say."""
    said = next((c for c in status.conditions if c.type == DISRUPTION_ALLOWED), None)
    if said is None or said.observed_generation != status.observed_generation:
        return False
    return said.status == ("True" if status.disruptions_allowed > 0 else "False")
