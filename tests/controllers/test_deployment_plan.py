"""The Deployment's plan: revisions, history, and what comes first."""

from __future__ import annotations

import pytest

from kubelite.api.apps_v1 import ReplicaSet
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import Time
from kubelite.client.controller import Action, Create, Delete, Emit, Update
from kubelite.controllers.deployment import revisions
from kubelite.controllers.deployment.controller import Observed, _clean_up, plan
from kubelite.controllers.deployment.revisions import REVISION, REVISION_HISTORY
from tests.controllers.objects import NOW, deployment, replica_set


def planned(owner: object, *sets: ReplicaSet, old_pods: bool = False) -> list[Action]:
    return plan(owner, Observed(sets, old_pods, NOW))  # type: ignore[arg-type]


def resized(actions: list[Action]) -> list[int | None]:
    return [a.obj.spec.replicas for a in actions if isinstance(a, Update) and not a.subresource]


def test_a_new_template_gets_a_replica_set_as_large_as_there_is_room_for() -> None:
    owner = deployment(10, 2, 0, version="2")
    create, event, *_ = planned(owner, replica_set("old", 10, available=10))
    assert isinstance(create, Create)
    assert create.obj.spec.replicas == 2
    assert isinstance(event, Emit)
    name = create.obj.metadata.name
    assert event[1:] == (
        "Normal",
        "ScalingReplicaSet",
        f"Scaled up replica set {name} from 0 to 2",
    )


def test_the_replica_set_carries_the_hash_in_name_labels_selector_and_template() -> None:
    (create, *_) = planned(deployment(1))
    assert isinstance(create, Create)
    made = create.obj
    label = {"pod-template-hash": made.metadata.name.removeprefix("foo-")}
    assert made.metadata.labels.items() >= label.items()
    assert made.spec.selector.match_labels.items() >= label.items()
    assert made.spec.template.metadata.labels.items() >= label.items()


def test_the_hash_depends_on_the_template_and_on_collisions() -> None:
    one, two = deployment(version="1").spec.template, deployment(version="2").spec.template
    hashes = [revisions.template_hash(*args) for args in ((one, None), (two, None), (one, 1))]
    assert len(set(hashes)) == 3
    assert revisions.template_hash(one, None) == hashes[0]


def test_recreate_waits_for_the_last_old_pod() -> None:
    owner = deployment(3, strategy="Recreate", version="2")
    stopping = planned(owner, replica_set("old", 3), old_pods=True)
    assert resized(stopping) == [0]
    empty = replica_set("old", 0)
    assert not any(isinstance(a, Create) for a in planned(owner, empty, old_pods=True))
    assert any(isinstance(a, Create) for a in planned(owner, empty))


def test_a_paused_deployment_begins_nothing_but_scales() -> None:
    former = deployment(10)
    old = replica_set("old", 10, of=former, available=10)
    begun = planned(deployment(10, version="2", paused=True), old)
    assert not any(isinstance(a, Create) for a in begun)
    scaled = planned(deployment(12, version="2", paused=True), old)
    assert resized(scaled) == [12]


def test_a_deployment_on_its_way_out_only_reports() -> None:
    owner = deployment(3)
    leaving = replace(owner, metadata=replace(owner.metadata, deletion_timestamp=Time(NOW)))
    assert all(isinstance(a, Update) and a.subresource == "status" for a in planned(leaving))


def test_the_same_template_is_the_same_version_whatever_its_hash() -> None:
    owner = deployment(1)
    hashed = revisions.new_replica_set(owner, 1, 1)
    assert revisions.newest_of(owner, [replica_set("other", 1, version="2"), hashed]) is hashed


def test_of_two_with_one_template_the_older_is_the_new_version() -> None:
    """As upstream: so that every look gives the same answer."""
    younger, older = replica_set("a", 1, created=2), replica_set("b", 1, created=1)
    assert revisions.newest_of(deployment(1), [younger, older]) is older


def test_a_version_that_comes_back_takes_the_next_number_and_remembers_its_old_ones() -> None:
    annotations = revisions.annotations_for(deployment(), {REVISION: "1"}, 3)
    assert annotations == {REVISION: "3", REVISION_HISTORY: "1"}
    again = revisions.annotations_for(deployment(), annotations, 5)
    assert again == {REVISION: "5", REVISION_HISTORY: "1,3"}


def test_a_number_never_falls() -> None:
    assert revisions.annotations_for(deployment(), {REVISION: "7"}, 3) == {REVISION: "7"}


def test_ten_is_more_than_nine() -> None:
    """Upstream once compared them as text."""
    sets = [replica_set(str(n), 0, annotations={REVISION: str(n)}) for n in range(1, 11)]
    assert revisions.next_revision(sets) == 11


# TestDeploymentController_cleanupDeployment: (spec, status) of old ones, limit, how many go
@pytest.mark.parametrize(
    ("old", "limit", "expected"),
    [
        ([(0, 0), (0, 0), (0, 0)], 1, 2),
        ([(0, 0), (0, 1), (1, 0), (1, 1)], 0, 1),
        ([(0, 0), (0, 0)], 0, 2),
        ([(1, 1), (1, 1)], 0, 0),
        ([(0, 0), (0, 0), (0, 0)], 2**31 - 1, 0),
    ],
)
def test_history_limit(old: list[tuple[int, int]], limit: int, expected: int) -> None:
    sets = [
        replica_set(f"foo-{place}", size, actual=actual, annotations={REVISION: str(place)})
        for place, (size, actual) in enumerate(old)
    ]
    deletions = _clean_up(deployment(1, revision_history_limit=limit), sets)
    assert len(deletions) == expected
    assert all(isinstance(action, Delete) for action in deletions)


def test_the_oldest_revisions_go_first() -> None:
    sets = [replica_set(f"v{n}", 0, annotations={REVISION: str(n)}) for n in (3, 1, 2)]
    deletions = _clean_up(deployment(1, revision_history_limit=1), sets)
    assert [d.name for d in deletions if isinstance(d, Delete)] == ["v1", "v2"]


def test_rollback_finds_the_version_before() -> None:
    sets = [replica_set(f"v{n}", 0, version=str(n), annotations={REVISION: str(n)}) for n in (1, 2)]
    found = revisions.earlier(deployment(version="2"), sets, 0)
    assert found.metadata.labels["version"] == "1"


def test_rollback_to_what_is_not_there() -> None:
    sets = [replica_set("v1", 0, annotations={REVISION: "1"})]
    with pytest.raises(ValueError, match='no rollout history found for deployment "foo"'):
        revisions.earlier(deployment(), sets, 0)
    with pytest.raises(ValueError, match="unable to find specified revision 9 in history$"):
        revisions.earlier(deployment(), sets, 9)
