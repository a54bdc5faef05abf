"""What a StatefulSet does next. Cases follow upstream's ``stateful_set_control_test.go``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from kubelite.api.apps_v1 import (
    RollingUpdateStatefulSetStrategy,
    StatefulSet,
    StatefulSetOrdinals,
    StatefulSetSpec,
    StatefulSetStatus,
    StatefulSetUpdateStrategy,
)
from kubelite.api.core_v1 import PersistentVolumeClaim, Pod, Volume
from kubelite.apimachinery.meta import LabelSelector, ObjectMeta
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.client.controller import Action, Create, Delete, Update
from kubelite.controllers import history
from kubelite.controllers.statefulset import identity
from kubelite.controllers.statefulset.plan import Observed, plan, report
from tests.controllers.objects import LABELS, NOW, pod, template

HASH = "controller.kubernetes.io/hash"


def stateful_set(
    replicas: int = 3,
    policy: str = "OrderedReady",
    strategy: str = "RollingUpdate",
    partition: int = 0,
    unavailable: int | str | None = None,
    version: str = "1",
    status: StatefulSetStatus | None = None,
    **spec: Any,
) -> StatefulSet:
    rolling = RollingUpdateStatefulSetStrategy(partition=partition, max_unavailable=unavailable)
    return StatefulSet(
        metadata=ObjectMeta(name="web", namespace="default", uid="web-uid", generation=1),
        spec=StatefulSetSpec(
            replicas=replicas,
            selector=LabelSelector(match_labels=LABELS),
            template=template(version),
            service_name="web",
            pod_management_policy=policy,
            update_strategy=StatefulSetUpdateStrategy(
                type=strategy, rolling_update=rolling if strategy == "RollingUpdate" else None
            ),
            **spec,
        ),
        status=status or StatefulSetStatus(),
    )


OLD = history.new_revision(stateful_set(version="1"), 1, HASH)
NEW = history.new_revision(stateful_set(version="2"), 2, HASH)
A, B = OLD.metadata.name, NEW.metadata.name


def web(
    number: int, ready: bool = True, revision: str = A, phase: str = "Running", **meta: Any
) -> Pod:
    """The pod of an ordinal, as the API server would hold it."""
    name = f"web-{number}"
    marks = {identity.POD_NAME: name, identity.POD_INDEX: str(number), history.HASH: revision}
    return pod(name, "n", phase, ready, ready_since=60 * SECOND, labels=LABELS | marks, **meta)


def ending(found: Pod) -> Pod:
    return replace(found, metadata=replace(found.metadata, deletion_timestamp=Time(NOW)))


def seen(pods: Sequence[Pod], update: Any = OLD) -> Observed:
    return Observed(tuple(pods), OLD, update, NOW)


def told(actions: Sequence[Action]) -> list[str]:
    """ "+web-0" is created, "-web-0" deleted, "=web-0" updated."""
    words = []
    for action in actions:
        if isinstance(action, Create):
            words.append("+" + action.obj.metadata.name)
        elif isinstance(action, Delete):
            words.append("-" + action.name)
        elif isinstance(action, Update):
            words.append("=" + action.obj.metadata.name)
    return words


ORDERED: list[tuple[str, StatefulSet, list[Pod], list[str]]] = [
    ("nothing yet", stateful_set(), [], ["+web-0"]),
    ("the first is not ready", stateful_set(), [web(0, ready=False)], []),
    ("the first is ready", stateful_set(), [web(0)], ["+web-1"]),
    ("a gap is filled first", stateful_set(), [web(0), web(2)], ["+web-1"]),
    ("complete", stateful_set(), [web(0), web(1), web(2)], []),
    ("one failed", stateful_set(), [web(0, phase="Failed"), web(1)], ["-web-0"]),
    ("one succeeded", stateful_set(), [web(0, phase="Succeeded")], ["-web-0"]),
    ("one failed and ends", stateful_set(), [ending(web(0, phase="Failed"))], []),
    ("one ends", stateful_set(), [web(0), ending(web(1)), web(2)], []),
    ("too many", stateful_set(1), [web(0), web(1), web(2)], ["-web-2"]),
    ("too many, one ends", stateful_set(1), [web(0), web(1), ending(web(2))], []),
    ("too many, none left", stateful_set(0), [web(0), web(1)], ["-web-1"]),
    ("too many, but the first is not ready", stateful_set(1), [web(0, ready=False), web(1)], []),
    (
        "too many, and the top is the only unhealthy one",
        stateful_set(1),
        [web(0), web(1), web(2, ready=False)],
        ["-web-2"],
    ),
    (
        "too many, and one below the top is unhealthy",
        stateful_set(1),
        [web(0), web(1, ready=False), web(2, ready=False)],
        [],
    ),
    ("numbers from 2", stateful_set(2, ordinals=StatefulSetOrdinals(start=2)), [], ["+web-2"]),
    (
        "numbers moved up",
        stateful_set(2, ordinals=StatefulSetOrdinals(start=2)),
        [web(0), web(1), web(2), web(3)],
        ["-web-1"],
    ),
    ("not long enough ready", stateful_set(min_ready_seconds=120), [web(0)], []),
    ("long enough ready", stateful_set(min_ready_seconds=30), [web(0)], ["+web-1"]),
]


@pytest.mark.parametrize(("owner", "pods", "expected"), [c[1:] for c in ORDERED],
                         ids=[c[0] for c in ORDERED])  # fmt: skip
def test_in_order(owner: StatefulSet, pods: list[Pod], expected: list[str]) -> None:
    assert told(plan(owner, seen(pods))) == expected


PARALLEL: list[tuple[str, int, list[Pod], list[str]]] = [
    ("nothing yet", 3, [], ["+web-0", "+web-1", "+web-2"]),
    ("some not ready", 3, [web(1, ready=False)], ["+web-0", "+web-2"]),
    ("one ends", 2, [ending(web(0)), web(1)], []),
    ("one failed", 2, [web(0, phase="Failed")], ["-web-0", "+web-1"]),
    ("too many", 1, [web(0, ready=False), web(1), ending(web(2)), web(3)], ["-web-3", "-web-1"]),
]


@pytest.mark.parametrize(("replicas", "pods", "expected"), [c[1:] for c in PARALLEL],
                         ids=[c[0] for c in PARALLEL])  # fmt: skip
def test_in_parallel(replicas: int, pods: list[Pod], expected: list[str]) -> None:
    assert told(plan(stateful_set(replicas, "Parallel"), seen(pods))) == expected


def fleet(size: int, *new: int, sick: Sequence[int] = ()) -> list[Pod]:
    """So many pods, those of ``new`` at the new revision, those of ``sick`` not ready."""
    return [web(n, n not in sick, B if n in new else A) for n in range(size)]


UPDATES: list[tuple[str, StatefulSet, list[Pod], list[str]]] = [
    ("from the top", stateful_set(), fleet(3), ["-web-2"]),
    ("one after the other", stateful_set(), fleet(3, 2), ["-web-1"]),
    ("not before the last is ready", stateful_set(), fleet(3, 2, sick=[2]), []),
    ("done", stateful_set(), fleet(3, 0, 1, 2), []),
    ("only from the partition on", stateful_set(partition=2), fleet(3), ["-web-2"]),
    ("all from the partition on done", stateful_set(partition=2), fleet(3, 2), []),
    ("a partition beyond the end", stateful_set(partition=9), fleet(3), []),
    ("on delete", stateful_set(strategy="OnDelete"), fleet(3), []),
    ("two at a time", stateful_set(5, unavailable=2), fleet(5), ["-web-4", "-web-3"]),
    (
        "two at a time, one of them is on its way",
        stateful_set(5, "Parallel", unavailable=2),
        fleet(5, 4, sick=[4]),
        ["-web-3"],
    ),
    ("a share, rounded down", stateful_set(5, unavailable="50%"), fleet(5), ["-web-4", "-web-3"]),
    ("a small share is one", stateful_set(5, unavailable="1%"), fleet(5), ["-web-4"]),
    ("scaling comes first", stateful_set(2), fleet(3), ["-web-2"]),
]


@pytest.mark.parametrize(("owner", "pods", "expected"), [c[1:] for c in UPDATES],
                         ids=[c[0] for c in UPDATES])  # fmt: skip
def test_rolling_update(owner: StatefulSet, pods: list[Pod], expected: list[str]) -> None:
    assert told(plan(owner, seen(pods, NEW))) == expected


def test_below_the_partition_a_lost_pod_comes_back_as_it_was() -> None:
    owner = stateful_set(partition=1, version="2")
    (create,) = plan(owner, seen([web(1), web(2, revision=B)], NEW))
    assert isinstance(create, Create)
    assert identity.revision_of(create.obj) == A
    assert create.obj.metadata.labels["version"] == "1"


def test_a_set_that_is_deleted_does_nothing() -> None:
    owner = stateful_set()
    owner = replace(owner, metadata=replace(owner.metadata, deletion_timestamp=Time(NOW)))
    assert plan(owner, seen([])) == []


def test_a_pod_has_its_name_everywhere() -> None:
    (create,) = plan(stateful_set(), seen([]))
    assert isinstance(create, Create)
    made = create.obj
    assert (made.metadata.name, made.spec.hostname, made.spec.subdomain) == (
        "web-0",
        "web-0",
        "web",
    )
    assert made.metadata.labels == LABELS | {
        "version": "1",
        "statefulset.kubernetes.io/pod-name": "web-0",
        "apps.kubernetes.io/pod-index": "0",
        "controller-revision-hash": A,
    }


def test_each_pod_has_claims_of_its_own_in_place_of_volumes_of_the_same_name() -> None:
    claims = (PersistentVolumeClaim(metadata=ObjectMeta(name="data")),)
    owner = stateful_set(volume_claim_templates=claims)
    spec = replace(owner.spec.template.spec, volumes=(Volume(name="data"), Volume(name="tmp")))
    mould = replace(owner.spec.template, spec=spec)
    volumes = identity.new_pod(owner, mould, A, 3).spec.volumes
    assert [volume.name for volume in volumes] == ["data", "tmp"]
    assert volumes[0].persistent_volume_claim is not None
    assert volumes[0].persistent_volume_claim.claim_name == "data-web-3"


def test_lost_labels_of_identity_are_put_back() -> None:
    bare = web(0)
    bare = replace(bare, metadata=replace(bare.metadata, labels=LABELS | {history.HASH: A}))
    assert told(plan(stateful_set(1), seen([bare]))) == ["=web-0"]


@pytest.mark.parametrize(
    ("name", "number"),
    [("web-0", 0), ("web-12", 12), ("a-b-3", 3), ("web", -1), ("web-", -1), ("web-x", -1),
     ("web-99999999999", -1)],
)  # fmt: skip
def test_ordinals(name: str, number: int) -> None:
    assert identity.ordinal(pod(name)) == number


def test_a_pod_belongs_by_labels_and_by_name() -> None:
    owner = stateful_set()
    assert identity.member(owner, pod("web-1", labels=LABELS))
    assert not identity.member(owner, pod("web-1"))
    assert not identity.member(owner, pod("other-1", labels=LABELS))


def test_status_during_an_update() -> None:
    status = report(stateful_set(4), seen([*fleet(3, 2), web(3, False, B, "Pending")], NEW))
    assert (status.replicas, status.ready_replicas, status.available_replicas) == (4, 3, 3)
    assert (status.current_replicas, status.updated_replicas) == (2, 2)
    assert (status.current_revision, status.update_revision) == (A, B)


def test_what_is_being_deleted_counts_as_created_and_at_no_revision() -> None:
    status = report(stateful_set(), seen([web(0), web(1), ending(web(2))], NEW), ["web-1-uid"])
    assert (status.replicas, status.current_replicas) == (3, 1)


def test_when_all_are_updated_and_ready_the_update_is_over() -> None:
    status = report(stateful_set(), seen(fleet(3, 0, 1, 2), NEW))
    assert (status.current_revision, status.current_replicas) == (B, 3)
    sick = report(stateful_set(), seen(fleet(3, 0, 1, 2, sick=[0]), NEW))
    assert (sick.current_revision, sick.current_replicas) == (A, 0)
