"""Versions and sizes of a Deployment: pkg/controller/deployment/util/deployment_util_test.go,
rolling_test.go and sync_test.go.

The larger tables of these files are in tests/controllers/test_deployment_*.py. Left out: what
lists and patches objects through a fake clientset (the controller's own loop does that here), and
conditions' setters (TestGetCondition, TestSetCondition, TestRemoveCondition), which this engine
has none of.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.apps_v1 import Deployment, DeploymentStatus, ReplicaSet
from kubelite.api.core_v1 import PodSpec, PodTemplateSpec
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.struct import replace
from kubelite.client.controller import Update
from kubelite.controllers.deployment import revisions, rolling, scaling
from kubelite.controllers.deployment.controller import _clean_up
from kubelite.controllers.deployment.revisions import (
    DESIRED_REPLICAS,
    MAX_REPLICAS,
    TEMPLATE_HASH,
    fenceposts,
)
from tests.controllers.objects import deployment, replica_set, sizes_after

Labels = dict[str, str]
FIRST, SECOND, OTHER = {TEMPLATE_HASH: "value-1"}, {TEMPLATE_HASH: "value-2"}, {"something": "else"}


def template(
    labels: Labels, name: str = "foo", node: str = "foo-node", annotations: Labels | None = None
) -> PodTemplateSpec:
    meta = ObjectMeta(name=name, labels=labels, annotations=annotations or {})
    return PodTemplateSpec(metadata=meta, spec=PodSpec(node_name=node))


# TestEqualIgnoreHash
TEMPLATES: dict[str, tuple[PodTemplateSpec, PodTemplateSpec, bool]] = {
    "the same": (template(FIRST), template(FIRST), True),
    "another hash": (template(FIRST), template(SECOND), True),
    "one has no hash": (template({}), template(SECOND), True),
    "another label, and the hash": (template(OTHER), template(SECOND), False),
    "the hash, and another label": (template(FIRST), template(OTHER), False),
    "a label more": (template(FIRST), template(OTHER | SECOND), False),
    "other annotations": (
        template({}, annotations={"former": "value"}),
        template({}, annotations={"latter": "value"}),
        False,
    ),
    "another name": (template(FIRST, name="foo-1"), template(SECOND, name="foo-2"), False),
    "another name and node": (
        template({}, name="foo-1", node="node-1"),
        template(SECOND, name="foo-2", node="node-2"),
        False,
    ),
    "another node and label": (template(OTHER), template({"nothing": "else"}, node="bar"), False),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_same_template(name: str) -> None:
    one, other, same = TEMPLATES[name]
    assert revisions.same_template(one, other) is same
    assert revisions.same_template(other, one) is same


# TestFindNewReplicaSet: ReplicaSets as (name, version, hours since the first), found
FIND: dict[str, tuple[list[tuple[str, str, int]], str | None]] = {
    "among an old one": ([("new", "1", 1), ("old", "0", 0)], "new"),
    "of two the older": ([("late", "1", 1), ("early", "1", 0), ("old", "0", 0)], "early"),
    "none": ([("old", "0", 0)], None),
}


@pytest.mark.parametrize("name", FIND)
def test_find_the_new_one(name: str) -> None:
    sets, expected = FIND[name]
    made = [replica_set(n, 1, created=hours, version=v) for n, v, hours in sets]
    found = revisions.newest_of(deployment(version="1"), made)
    assert (found and found.metadata.name) == expected


# TestGetReplicaCountForReplicaSets: (asked for, there), sums of both
COUNTS: dict[str, tuple[list[tuple[int, int]], int, int]] = {
    "one": ([(1, 2)], 1, 2),
    "two": ([(1, 2), (2, 3)], 3, 5),
}


@pytest.mark.parametrize("name", COUNTS)
def test_replica_counts(name: str) -> None:
    sizes, asked, there = COUNTS[name]
    sets = [replica_set(str(n), *size[:1], actual=size[1]) for n, size in enumerate(sizes)]
    assert (revisions.total(sets), sum(s.status.replicas for s in sets)) == (asked, there)


# TestMinAvailable: size, maxUnavailable, at least
@pytest.mark.parametrize(
    ("size", "unavailable", "least"),
    [
        (10, 5, 5),
        (10, 10, 0),
        (5, 10, 0),
        (0, 10, 0),
        (10, "60%", 4),
        (10, "100%", 0),
        (5, "100%", 0),
    ],
)
def test_least_available(size: int, unavailable: int | str, least: int) -> None:
    assert size - fenceposts(deployment(size, 1, unavailable))[1] == least


# TestGetNonNegativeInt32FromAnnotation: what the annotation says, what is understood
@pytest.mark.parametrize(
    ("text", "number"),
    [
        (None, None),
        ("invalid", None),
        ("-1", None),
        ("0", 0),
        ("13", 13),
        ("2147483647", 2147483647),
        ("2147483648", None),
        ("4294967296", None),
    ],
)
def test_numbers_of_annotations(text: str | None, number: int | None) -> None:
    annotations = {} if text is None else {MAX_REPLICAS: text}
    one = replica_set("x", 1, annotations=annotations)
    assert revisions.remembered(one, MAX_REPLICAS) == number


# TestReplicasAnnotationsNeedUpdate, for a size of 10 and 20 with surge: what is there, outdated
@pytest.mark.parametrize(
    ("before", "outdated"),
    [(None, True), (("8", "20"), True), (("10", "16"), True), (("10", "20"), False)],
)
def test_annotations_of_size(before: tuple[str, str] | None, outdated: bool) -> None:
    annotations = {} if before is None else {DESIRED_REPLICAS: before[0], MAX_REPLICAS: before[1]}
    one = replica_set("x", 10, annotations=annotations)
    actions = list(scaling.resize(deployment(10, 10), one, 10))
    assert any(isinstance(action, Update) for action in actions) is outdated


# TestGetReplicaSetFraction, where something is remembered: size, surge, of it, most before, share
@pytest.mark.parametrize(
    ("wanted", "surge", "size", "most", "share"),
    [
        (120, 0, 50, "100", 10),
        (120, 10, 50, "110", 9),
        (10, 0, 6, "12", -1),
        (100, 10, 50, "130", -8),
    ],
)
def test_fraction(wanted: int, surge: int, size: int, most: str, share: int) -> None:
    owner = deployment(wanted, surge, status=DeploymentStatus(replicas=int(most)))
    one = replica_set("x", size, annotations={MAX_REPLICAS: most})
    assert scaling.proportion(owner, one, 1000 if share > 0 else -1000, 0) == share


def test_too_few_are_there_to_take_any() -> None:
    """rolling_test.go, scaling old ones down, its fifth case: none that works is taken."""
    olds = replica_set("old", 10, available=1)
    actions = rolling.shrink_old(deployment(10, 0, 2), replica_set("new", 0), [olds])
    broken_ones_that_may_be_missing = 2
    assert sizes_after(actions, olds)["old"] == 10 - broken_ones_that_may_be_missing


def test_what_is_being_deleted_is_not_deleted_again() -> None:
    """TestDeploymentController_cleanupDeployment's set with a deletionTimestamp."""
    gone = replica_set("foo-1", 0, deletion_timestamp=1)
    assert _clean_up(deployment(1, revision_history_limit=0), [gone]) == []


# isScalingEvent, also of annotations that say nothing: sizes with what they remember, scaled
Sets = list[tuple[int, dict[str, Any]]]
SCALING: dict[str, tuple[Sets, bool]] = {
    "remembers another size": ([(1, {DESIRED_REPLICAS: "8"})], True),
    "remembers this size": ([(1, {DESIRED_REPLICAS: "10"})], False),
    "remembers nothing": ([(1, {})], False),
    "remembers nonsense": ([(1, {DESIRED_REPLICAS: "ten"})], False),
    "is empty": ([(0, {DESIRED_REPLICAS: "8"})], False),
}


@pytest.mark.parametrize("name", SCALING)
def test_is_scaling(name: str) -> None:
    sets, expected = SCALING[name]
    made: list[ReplicaSet] = [
        replica_set(str(n), size, annotations=notes) for n, (size, notes) in enumerate(sets)
    ]
    assert scaling.is_scaling(deployment(10), made) is expected


def test_annotations_that_are_copied() -> None:
    """TestAnnotationUtils: the user's go along, the controller's own do not."""
    noted = _noted({"user": "1", DESIRED_REPLICAS: "5", revisions.REVISION: "9"})
    first = revisions.annotations_for(noted, {}, 1)
    assert first == {"user": "1", revisions.REVISION: "1"}
    for number in range(2, 20):
        first = revisions.annotations_for(noted, first, number)
        assert first[revisions.REVISION] == str(number)


def _noted(annotations: Labels) -> Deployment:
    made = deployment(1)
    return replace(made, metadata=replace(made.metadata, annotations=annotations))
