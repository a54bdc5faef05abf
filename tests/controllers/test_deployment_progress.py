"""What a Deployment says of its rollout: upstream's tables for progress.go and its deadlines."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.apps_v1 import (
    Deployment,
    DeploymentCondition,
    DeploymentStatus,
    ReplicaSetCondition,
)
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import Time
from kubelite.controllers.deployment import progress
from kubelite.sim.clock import SECOND
from tests.controllers.objects import NOW, deployment, replica_set

SETTLED = "NewReplicaSetAvailable"
MOVING = "ReplicaSetUpdated"
STUCK = "ProgressDeadlineExceeded"
THEN = Time(NOW - 70 * SECOND)


def status(replicas: int, updated: int, ready: int, available: int) -> DeploymentStatus:
    return DeploymentStatus(
        replicas=replicas,
        updated_replicas=updated,
        ready_replicas=ready,
        available_replicas=available,
        observed_generation=1,
    )


def progressing(reason: str, value: str = "True", at: Time | None = THEN) -> DeploymentCondition:
    return DeploymentCondition(
        type="Progressing",
        status=value,
        reason=reason,
        last_update_time=at,
        last_transition_time=at,
    )


@pytest.mark.parametrize(
    ("wanted", "current", "updated", "available", "expected"),
    [
        (5, 5, 5, 4, False),
        (5, 5, 5, 3, False),
        (5, 5, 5, 5, True),
        (5, 5, 4, 5, False),  # all are available, one is old
        (1, 2, 1, 1, False),  # an old pod still runs
        (1, 1, 1, 0, False),
    ],
)
def test_complete(wanted: int, current: int, updated: int, available: int, expected: bool) -> None:
    found = status(current, updated, available, available)
    assert progress.complete(deployment(wanted), found) is expected


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ((10, 4, 4, 4), (10, 6, 4, 4), True),
        ((10, 4, 4, 4), (10, 4, 4, 4), False),
        ((10, 4, 6, 6), (8, 4, 6, 6), True),  # old pods went
        ((10, 7, 3, 3), (10, 6, 3, 3), False),  # fewer new pods
        ((10, 4, 7, 7), (8, 8, 5, 5), True),  # fewer in all, more new ones
        ((10, 10, 9, 8), (10, 10, 10, 8), True),
        ((10, 10, 10, 9), (10, 10, 10, 10), True),
    ],
)
def test_moved(before: Any, now: Any, expected: bool) -> None:
    assert progress.moved(status(*before), status(*now)) is expected


@pytest.mark.parametrize(
    ("deadline", "reason", "ago", "expected"),
    [
        (10, "", 11, True),
        (10, "", 9, False),
        (10, SETTLED, 1000, False),
        (10, STUCK, 0, True),
    ],
)
def test_timed_out(deadline: int, reason: str, ago: int, expected: bool) -> None:
    found = progressing(reason, at=Time(NOW - ago * SECOND))
    owner = deployment(
        status=DeploymentStatus(conditions=(found,)), progress_deadline_seconds=deadline
    )
    assert progress.timed_out(owner, NOW) is expected


@pytest.mark.parametrize("deadline", [None, 2**31 - 1])
def test_without_a_deadline_nothing_times_out(deadline: int | None) -> None:
    assert not progress.has_deadline(deployment(progress_deadline_seconds=deadline))


# TestRequeueStuckDeployment; upstream adds a second to the answer when it queues
@pytest.mark.parametrize(
    ("deadline", "found", "counts", "expected"),
    [
        (None, None, (3, 3, 2), None),
        (2**31 - 1, None, (3, 3, 2), None),
        (60, None, (3, 3, 2), None),
        (60, progressing(STUCK, "False"), (3, 3, 0), None),
        (60, progressing(MOVING), (4, 4, 4), None),  # complete
        (60, progressing("", at=Time(NOW - 30 * SECOND)), (3, 3, 1), 31 * SECOND),
        (60, progressing("", at=Time(NOW - 59 * SECOND)), (3, 3, 1), 2 * SECOND),
        (60, progressing("", at=Time(NOW - 61 * SECOND)), (3, 3, 1), 1 * SECOND),
    ],
)
def test_when_to_look_again(
    deadline: int | None,
    found: DeploymentCondition | None,
    counts: tuple[int, int, int],
    expected: int | None,
) -> None:
    replicas, updated, available = counts
    now = status(replicas, updated, available, available)
    now = replace(now, conditions=(found,) if found else ())
    owner = deployment(4, progress_deadline_seconds=deadline)
    assert progress.look_again_after(owner, now, NOW) == expected


# TestSyncRolloutStatus: size wanted, former counts, former condition, (spec, actual, available) of
# the new ReplicaSet and of an old one, what is said in the end
FAILED = progressing(STUCK, "False")
OLD_POD = (0, 1, 1)
CASES: list[tuple[str, int, tuple[int, int, int], Any, Any, Any, tuple[str, str]]] = [
    ("one version only", 3, (3, 3, 3), progressing(SETTLED), None, (3, 3, 3), ("True", SETTLED)),
    ("moves on", 3, (2, 2, 2), progressing(MOVING), (3, 2, 2), OLD_POD, ("True", MOVING)),
    ("was stuck", 3, (2, 2, 2), FAILED, (3, 2, 2), OLD_POD, ("True", MOVING)),
    ("nothing said yet", 3, (2, 2, 2), None, (3, 2, 2), OLD_POD, ("True", MOVING)),
    ("complete, was moving", 3, (3, 3, 3), progressing(MOVING), (3, 3, 3), None, ("True", SETTLED)),
    ("complete, was stuck", 3, (3, 3, 3), FAILED, (3, 3, 3), None, ("True", SETTLED)),
    ("complete, nothing said", 3, (3, 3, 3), None, (3, 3, 3), None, ("True", SETTLED)),
    ("no new version", 0, (3, 3, 3), progressing(MOVING), None, (0, 0, 0), ("True", SETTLED)),
    ("deadline passed", 3, (2, 2, 2), progressing(MOVING), (3, 2, 2), None, ("False", STUCK)),
    ("deadline passed before", 3, (2, 2, 2), FAILED, (3, 2, 2), None, ("False", STUCK)),
]  # fmt: skip


def judged(case: Any, deadline: int | None = 60) -> tuple[Deployment, DeploymentStatus]:
    _, wanted, (replicas, updated, available), condition, new, old, _ = case
    former = status(replicas, updated, available, available)
    former = replace(former, conditions=(condition,) if condition else ())
    owner = deployment(
        wanted, strategy="Recreate", status=former, progress_deadline_seconds=deadline
    )
    news = replica_set("foo-new", new[0], actual=new[1], available=new[2]) if new else None
    olds = [replica_set("foo-old", old[0], actual=old[1], available=old[2])] if old else []
    sets = [*olds, *([news] if news else [])]
    counted = progress.counted(owner, sets, news, NOW)
    return owner, progress.judged(owner, counted, sets, news, NOW)


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_rollout_status(case: Any) -> None:
    _, result = judged(case)
    (found,) = [c for c in result.conditions if c.type == "Progressing"]
    assert (found.status, found.reason) == case[-1]
    former = case[3]
    if former is not None and former.status == found.status:
        assert found.last_transition_time == THEN  # only a change of the status is a transition


def test_without_a_deadline_progress_is_not_mentioned() -> None:
    _, result = judged(CASES[1], deadline=None)
    assert [c.type for c in result.conditions] == ["Available"]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (CASES[4], 'ReplicaSet "foo-new" has successfully progressed.'),
        (CASES[7], 'Deployment "foo" has successfully progressed.'),
        (CASES[1], 'ReplicaSet "foo-new" is progressing.'),
        (CASES[8], 'ReplicaSet "foo-new" has timed out progressing.'),
    ],
)
def test_messages(case: Any, expected: str) -> None:
    _, result = judged(case)
    assert expected in [c.message for c in result.conditions]


def test_a_failure_of_the_new_version_is_told_before_one_of_the_old() -> None:
    def failing(name: str, message: str) -> Any:
        one = replica_set(name, 1)
        failure = ReplicaSetCondition(
            type="ReplicaFailure", status="True", reason="FailedCreate", message=message
        )
        return replace(one, status=replace(one.status, conditions=(failure,)))

    old, new = failing("foo-old", "quota"), failing("foo-new", "no such class")
    owner = deployment(2, progress_deadline_seconds=60)
    counted = progress.counted(owner, [old, new], new, NOW)
    result = progress.judged(owner, counted, [old, new], new, NOW)
    (found,) = [c for c in result.conditions if c.type == "ReplicaFailure"]
    assert (found.reason, found.message) == ("FailedCreate", "no such class")
