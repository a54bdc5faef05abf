"""What failures and successes mean: from pod_failure_policy_test.go and success_policy_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.batch_v1 import (
    PodFailurePolicy,
    PodFailurePolicyOnExitCodesRequirement,
    PodFailurePolicyOnPodConditionsPattern,
    PodFailurePolicyRule,
    SuccessPolicy,
    SuccessPolicyRule,
)
from kubelite.api.core_v1 import PodCondition
from kubelite.apimachinery.struct import replace
from kubelite.controllers.job.indexes import Intervals
from kubelite.controllers.job.policies import Verdict, judge, success
from tests.controllers.jobs import job, worker


def codes(
    action: str, *values: int, operator: str = "In", name: str | None = None
) -> PodFailurePolicyRule:
    wanted = PodFailurePolicyOnExitCodesRequirement(
        operator=operator, values=values, container_name=name
    )
    return PodFailurePolicyRule(action=action, on_exit_codes=wanted)


def disrupted(action: str, status: str = "True") -> PodFailurePolicyRule:
    pattern = PodFailurePolicyOnPodConditionsPattern(type="DisruptionTarget", status=status)
    return PodFailurePolicyRule(action=action, on_pod_conditions=(pattern,))


FAILED = "Container main for pod default/p failed with exit code 2 matching FailJob rule at index "
DISRUPTED = "Pod default/p has condition DisruptionTarget matching FailJob rule at index 0"
JUDGED: dict[str, tuple[tuple[PodFailurePolicyRule, ...], int, bool, Verdict]] = {
    "no rules": ((), 2, False, Verdict()),
    "unknown action for rule matching by exit codes": (
        (codes("UnkonwnAction", 2),),
        2,
        False,
        Verdict(True, "UnkonwnAction"),
    ),
    "ignore rule matched for exit codes": (
        (codes("Ignore", 1, 2, 3),),
        2,
        False,
        Verdict(False, "Ignore"),
    ),
    "FailJob rule matched for exit codes": (
        (codes("FailJob", 1, 2, 3),),
        2,
        False,
        Verdict(True, "FailJob", FAILED + "0"),
    ),
    "FailIndex rule matched for exit codes": (
        (codes("FailIndex", 1, 2, 3),),
        2,
        False,
        Verdict(True, "FailIndex"),
    ),
    "second rule matched": (
        (codes("Ignore", 1), codes("FailJob", 2)),
        2,
        False,
        Verdict(True, "FailJob", FAILED + "1"),
    ),
    "another container": ((codes("FailJob", 2, name="other"),), 2, False, Verdict()),
    "exit code 0 never matches": (
        (codes("FailJob", 5, operator="NotIn"),),
        0,
        False,
        Verdict(),
    ),
    "NotIn": (
        (codes("FailJob", 5, operator="NotIn"),),
        2,
        False,
        Verdict(True, "FailJob", FAILED + "0"),
    ),
    "ignore rule matched for pod conditions": (
        (disrupted("Ignore"),),
        0,
        True,
        Verdict(False, "Ignore"),
    ),
    "ignore rule for status=False": (
        (disrupted("Ignore", "False"),),
        0,
        True,
        Verdict(),
    ),
    "FailJob rule matched for pod conditions": (
        (disrupted("FailJob"),),
        0,
        True,
        Verdict(True, "FailJob", DISRUPTED),
    ),
    "count rule matched": ((disrupted("Count"),), 0, True, Verdict(True, "Count")),
}


@pytest.mark.parametrize("name", JUDGED)
def test_match_pod_failure_policy(name: str) -> None:
    rules, code, victim, expected = JUDGED[name]
    pod = worker("p", "Failed", code=code)
    if victim:
        target = PodCondition(type="DisruptionTarget", status="True")
        pod = replace(pod, status=replace(pod.status, conditions=(target,)))
    assert judge(PodFailurePolicy(rules=rules), pod) == expected


# TestMatchSuccessPolicy, completions 10: succeeded, (indexes, count) of each rule, which one is met
MET: list[tuple[Intervals, list[tuple[str | None, int | None]], int | None]] = [
    (((0, 0),), [], None),
    (((0, 0),), [("invalid-form", None)], None),
    (((0, 2), (4, 7)), [("0-2", None)], 0),
    (((0, 2),), [("3", None)], None),
    (((0, 2),), [(None, 2)], 0),
    (((0, 2),), [(None, 4)], None),
    (((0, 2), (4, 7)), [("9", None), ("4,6", None)], 1),
    (((0, 2), (4, 7)), [("0,1", None), ("5", None)], 0),
    (((0, 2), (4, 7)), [("3-6", 2)], 0),
    (((0, 2), (6, 7)), [("3-6", 2)], None),
    ((), [(None, 4)], None),
    (((1, 5), (6, 9)), [("2-4,6-8", None)], 0),
    (((2, 4), (6, 9)), [("2-4,6-9", None)], 0),
    (((1, 3),), [("", None)], None),
    (((1, 3), (5, 7)), [("10-12,14-16", None)], None),
    (((2, 4), (6, 8)), [("1-3,5-7", None)], None),
    (((2, 4), (6, 8)), [("1-3,5-7", 4)], 0),
    (((1, 3), (5, 7)), [("2-4,6-9", None)], None),
    (((1, 3), (5, 7)), [("2-4,6-9", 4)], 0),
    (((1, 3), (7, 8)), [("0-4,6-9", None)], None),
    (((1, 3), (7, 8)), [("0-4,6-9", 5)], 0),
    (((1, 3), (5, 9)), [("0-6,8-9", None)], None),
    (((1, 3), (5, 9)), [("0-6,8-9", 7)], 0),
    (((1, 10),), [("0-3,6-9", None)], None),
    (((1, 10),), [("0-3,6-9", 7)], 0),
]


@pytest.mark.parametrize(("succeeded", "rules", "met"), MET)
def test_match_success_policy(succeeded: Intervals, rules: list[Any], met: int | None) -> None:
    policy = SuccessPolicy(
        rules=tuple(SuccessPolicyRule(succeeded_indexes=i, succeeded_count=n) for i, n in rules)
    )
    expected = "" if met is None else f"Matched rules at index {met}"
    assert success(job(completions=10, success_policy=policy), succeeded) == expected
