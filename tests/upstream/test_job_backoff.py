"""When a Job's pod ended and how long its index waits: pkg/controller/job/backoff_utils_test.go.

The cases that tests/controllers/test_job_backoff.py has not: several containers, and sidecars.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.batch_v1 import INDEX_FAILURE_COUNT, INDEX_IGNORED_FAILURE_COUNT
from kubelite.api.core_v1 import (
    Container,
    ContainerState,
    ContainerStateTerminated,
    ContainerStatus,
    PodSpec,
    PodStatus,
)
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.controllers.job import backoff
from tests.controllers.jobs import worker
from tests.controllers.objects import NOW

# Seconds after NOW at which containers and sidecars ended (None: not yet), the rest of the pod,
# and the second at which the pod ended.
Ends = tuple[int | None, ...]
DELETED = {"deletion_timestamp": Time(NOW)}
FINISHED: dict[str, tuple[Ends, Ends, dict[str, Any], int]] = {
    "the last of three": ((-1, 0, -2), (), {}, 0),
    "one of three runs": ((-1, None, -2), (), DELETED, 0),
    "a sidecar ends after it": ((-1,), (0,), {}, 0),
    "a sidecar ends before it": ((0,), (-1,), {}, 0),
}


@pytest.mark.parametrize("name", FINISHED)
def test_finished_time(name: str) -> None:
    main, beside, fields, expected = FINISHED[name]
    sidecars = [Container(name=f"side-{n}", restart_policy="Always") for n in range(len(beside))]
    setup = Container(name="setup")
    pod = replace(
        worker("p", **fields),
        spec=PodSpec(init_containers=(setup, *sidecars)),
        status=PodStatus(
            container_statuses=_statuses("main", main),
            init_container_statuses=(
                *_statuses("side", beside),
                ContainerStatus(name="setup", state=ContainerState()),
            ),
        ),
    )
    assert backoff.finished_at(pod) == NOW + expected * SECOND


def _statuses(name: str, ends: Ends) -> tuple[ContainerStatus, ...]:
    states = [
        ContainerState()
        if end is None
        else ContainerState(
            terminated=ContainerStateTerminated(finished_at=Time(NOW + end * SECOND))
        )
        for end in ends
    ]
    return tuple(ContainerStatus(name=f"{name}-{n}", state=s) for n, s in enumerate(states))


# TestGetRemainingBackoffTimePerIndex, with 5 s and 700 s: counts so far, seconds left
INDEXES: dict[str, tuple[dict[str, str] | None, int]] = {
    "no failure yet": (None, 0),
    "two before": ({INDEX_FAILURE_COUNT: "2"}, 20),
    "one before, and one that did not count": (
        {INDEX_FAILURE_COUNT: "1", INDEX_IGNORED_FAILURE_COUNT: "1"},
        20,
    ),
}


@pytest.mark.parametrize("name", INDEXES)
def test_remaining_of_index(name: str) -> None:
    counts, left = INDEXES[name]
    last = None if counts is None else worker("p", "Failed", ended=0, annotations=counts)
    assert backoff.remaining_of_index(last, NOW, 5 * SECOND, 700 * SECOND) == left * SECOND
