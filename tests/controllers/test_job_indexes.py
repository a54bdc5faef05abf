"""Lists of indexes: the tables of pkg/controller/job/indexed_job_utils_test.go."""

from __future__ import annotations

import pytest

from kubelite.controllers.job import indexes
from kubelite.controllers.job import pods as workers
from tests.controllers.jobs import job, worker
from tests.controllers.objects import NOW

# TestCalculateSucceededIndexes: before, newly succeeded, completions, intervals
SUCCEEDED = {
    "one index": ("", [1], 2, ((1, 1),)),
    "two separate": ("", [5, 5, 10], 11, ((5, 5), (10, 10))),
    "two intervals": ("", [2, 3, 5, 6, 7], 8, ((2, 3), (5, 7))),
    "prev interval out of range": ("0-5,8-10", [], 8, ((0, 5),)),
    "prev interval partially out of range": ("0-5,8-10", [], 10, ((0, 5), (8, 9))),
    "prev and new separate": (
        "0,4,5,10-12",
        [2, 7, 8],
        13,
        ((0, 0), (2, 2), (4, 5), (7, 8), (10, 12)),
    ),
    "prev between new": ("3,4,6", [2, 7, 8], 9, ((2, 4), (6, 8))),
    "new between prev": ("2,7,8", [3, 4, 6], 9, ((2, 4), (6, 8))),
    "new within prev": ("2-7", [0, 3, 5, 9], 10, ((0, 0), (2, 7), (9, 9))),
    "corrupted interval": ("0,1-foo,bar", [3], 4, ((0, 0), (3, 3))),
}


@pytest.mark.parametrize("name", SUCCEEDED)
def test_succeeded_indexes(name: str) -> None:
    before, new, completions, expected = SUCCEEDED[name]
    assert indexes.union(indexes.parse(before, completions), new) == expected


# TestIntervalsHaveIndex
@pytest.mark.parametrize(
    ("intervals", "index", "found"),
    [
        ((), 4, False),
        (((2, 4), (5, 7)), 1, False),
        (((2, 4), (6, 8)), 9, False),
        (((2, 4), (6, 8)), 5, False),
        (((2, 4), (6, 8)), 2, True),
        (((2, 4), (6, 8)), 8, True),
    ],
)
def test_has(intervals: indexes.Intervals, index: int, found: bool) -> None:
    assert indexes.has(intervals, index) is found


# TestFirstPendingIndexes: count, completions, active, succeeded, expected
@pytest.mark.parametrize(
    ("count", "completions", "active", "succeeded", "expected"),
    [
        (5, 3, [], (), [0, 1, 2]),
        (2, 5, [], (), [0, 1]),
        (3, 10, [0, 1], (), [2, 3, 4]),
        (6, 6, [6], ((4, 5),), [0, 1, 2, 3]),
        (5, 20, [3, 5, 8], ((2, 4), (9, 9)), [0, 1, 6, 7, 10]),
    ],
)
def test_first_pending_indexes(
    count: int,
    completions: int,
    active: list[int],
    succeeded: indexes.Intervals,
    expected: list[int],
) -> None:
    taken = indexes.union(succeeded, active)
    assert indexes.first_missing(taken, count, completions) == expected


@pytest.mark.parametrize("text", ["", "0", "0,1", "0-2", "1,3,4,6-9"])
def test_text_comes_back(text: str) -> None:
    assert indexes.text(indexes.parse(text, 100)) == text


# TestAppendDuplicatedIndexPodsForRemoval: (index, phase), and how many of which go
DUPLICATED = {
    "all unique": (
        [(None, "Pending"), ("2", "Pending"), ("5", "Running"), ("6", "Running")],
        [("2", "Pending"), ("5", "Running")],
    ),
    "all with index": (
        [
            ("5", "Pending"),
            ("0", "Running"),
            ("3", "Pending"),
            ("0", "Running"),
            ("3", "Running"),
            ("0", "Pending"),
            ("6", "Running"),
            ("6", "Pending"),
        ],
        [("0", "Running"), ("3", "Running"), ("5", "Pending")],
    ),
    "mixed": (
        [
            (None, "Pending"),
            ("invalid", "Running"),
            ("-2", "Running"),
            ("0", "Pending"),
            ("1", "Pending"),
            ("1", "Pending"),
            ("1", "Running"),
        ],
        [("0", "Pending"), ("1", "Running")],
    ),
}


@pytest.mark.parametrize("name", DUPLICATED)
def test_duplicated_indexes_are_removed(name: str) -> None:
    given, kept = DUPLICATED[name]
    pods = [worker(f"p{n}", phase, index) for n, (index, phase) in enumerate(given)]
    owner = job(completions=6, completion_mode="Indexed")
    doomed = {pod.metadata.uid for pod in workers.for_removal(owner, pods, 0, NOW)}
    left = [pod for pod in pods if pod.metadata.uid not in doomed]
    found = [(str(indexes.of_pod(pod)), pod.status.phase) for pod in left]
    assert sorted(found) == sorted(kept)


# TestPodGenerateNameWithIndex
LONG = "hhhhhooooohhhhhooooohhhhhooooohhhhhooooohhhhhooooohhhhhooooohhhhhooooo"


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("indexed-job", "indexed-job-1-"),
        (LONG, LONG[:55] + "-1-"),
        (LONG[:57], LONG[:55] + "-1-"),
    ],
)
def test_names_of_pods_with_an_index(name: str, prefix: str) -> None:
    owner = job(completions=6, completion_mode="Indexed")
    owner = type(owner)(metadata=type(owner.metadata)(name=name, uid="u"), spec=owner.spec)
    made = workers.new_pod(owner, 1, None)
    assert made.metadata.generate_name == prefix
    assert made.metadata.labels["batch.kubernetes.io/job-completion-index"] == "1"
    assert made.spec.hostname == f"{name}-1"
    (variable,) = made.spec.containers[0].env
    assert variable.name == "JOB_COMPLETION_INDEX"
