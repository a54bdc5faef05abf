"""The ReplicaSet's plan, its conditions and what it expects to see."""

from __future__ import annotations

from kubelite.api.apps_v1 import ReplicaSetCondition
from kubelite.apimachinery.struct import replace
from kubelite.client.controller import Create, Delete
from kubelite.client.expectations import EXPIRY, Expectations
from kubelite.controllers import replicaset
from kubelite.controllers.replicaset import BURST_REPLICAS, pod_available, with_failure
from kubelite.sim.clock import SECOND, Clock
from tests.controllers.objects import NOW, pod, replica_set


def test_what_is_missing_is_created() -> None:
    actions = replicaset.plan(replica_set("web", 3), 1, list)
    assert [type(action) for action in actions] == [Create, Create]


def test_a_new_pod_belongs_to_its_owner_and_shares_the_template() -> None:
    owner = replica_set("web", 1)
    (create,) = replicaset.plan(owner, 0, list)
    assert isinstance(create, Create)
    made = create.obj
    assert made.metadata.generate_name == "web-"
    assert made.spec is owner.spec.template.spec
    (reference,) = made.metadata.owner_references
    assert (reference.kind, reference.name, reference.uid) == ("ReplicaSet", "web", "web-uid")
    assert reference.controller and reference.block_owner_deletion


def test_what_is_too_much_is_deleted_in_order() -> None:
    ranked = [pod(name) for name in "abc"]
    actions = replicaset.plan(replica_set("web", 1), 3, lambda: ranked)
    assert [(a.name, a.uid) for a in actions if isinstance(a, Delete)] == [
        ("a", "a-uid"),
        ("b", "b-uid"),
    ]


def test_nothing_is_ranked_that_need_not_be() -> None:
    def ranking() -> list[object]:
        raise AssertionError("asked without need")

    assert replicaset.plan(replica_set("web", 3), 3, ranking) == []  # type: ignore[arg-type]


def test_a_burst_is_500() -> None:
    assert BURST_REPLICAS == 500
    assert len(replicaset.plan(replica_set("web", 1200), 0, list)) == 500
    many = [pod(str(n)) for n in range(1200)]
    assert len(replicaset.plan(replica_set("web", 0), 1200, lambda: many)) == 500


def test_available_is_ready_for_long_enough() -> None:
    one = pod("a", ready=True, ready_since=10 * SECOND)
    assert pod_available(one, 0, NOW)
    assert pod_available(one, 10 * SECOND, NOW)
    assert not pod_available(one, 11 * SECOND, NOW)
    assert not pod_available(pod("b"), 0, NOW)


def test_a_failure_is_told_once_and_taken_back() -> None:
    owner = replica_set("web", 1)
    (failure,) = with_failure(owner, "quota", NOW)
    assert isinstance(failure, ReplicaSetCondition)
    assert (failure.type, failure.reason, failure.message) == (
        "ReplicaFailure",
        "FailedCreate",
        "quota",
    )
    failing = replace(owner, status=replace(owner.status, conditions=(failure,)))
    assert with_failure(failing, "another", NOW + SECOND) == (failure,)
    assert with_failure(failing, "", NOW) == ()


def test_expectations_are_met_by_what_is_seen() -> None:
    expectations = Expectations(Clock())
    assert expectations.satisfied("web")
    expectations.expect("web", creations=2, deletions=("a",))
    expectations.created("web")
    expectations.created("web")
    assert not expectations.satisfied("web")
    expectations.deleted("web", "somebody else")
    assert not expectations.satisfied("web")
    expectations.deleted("web", "a")
    assert expectations.satisfied("web")


def test_expectations_end_after_five_minutes() -> None:
    clock = Clock()
    expectations = Expectations(clock)
    expectations.expect("web", creations=1)
    clock.run_until(clock.now + EXPIRY)
    assert not expectations.satisfied("web")
    clock.run_until(clock.now + 1)
    assert expectations.satisfied("web")
