"""PriorityClasses: names for how important pods are."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from tests.cluster.manifests import pod


def priority_class(name: str, value: int, **more: Any) -> dict[str, Any]:
    kind = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass"}
    return {**kind, "metadata": {"name": name}, "value": value, **more}


def test_two_classes_are_there_from_the_start() -> None:
    classes = Cluster(nodes=1).get("priorityclasses")
    assert [(c.metadata.name, c.value) for c in classes] == [
        ("system-cluster-critical", 2_000_000_000),
        ("system-node-critical", 2_000_001_000),
    ]
    titles = "NAME                      VALUE        GLOBAL-DEFAULT   AGE   PREEMPTIONPOLICY"
    assert str(classes).splitlines()[0] == titles


def test_pods_get_the_number_of_their_class() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(priority_class("gold", 1000))
    cluster.apply(priority_class("patient", 900, preemptionPolicy="Never"))
    gold = cluster.apply(pod("a", priorityClassName="gold")).spec
    patient = cluster.apply(pod("b", priorityClassName="patient")).spec
    plain = cluster.apply(pod("c")).spec
    assert (gold.priority, gold.preemption_policy) == (1000, "PreemptLowerPriority")
    assert (patient.priority, patient.preemption_policy) == (900, "Never")
    assert (plain.priority, plain.preemption_policy) == (0, "PreemptLowerPriority")


def test_one_class_may_be_everybodys_default() -> None:
    cluster = Cluster(nodes=1)
    before = cluster.apply(pod("before"))
    cluster.apply(priority_class("usual", 50, globalDefault=True))
    during = cluster.apply(pod("during"))
    with pytest.raises(StatusError) as refused:
        cluster.apply(priority_class("other", 60, globalDefault=True))
    cluster.delete("priorityclass/usual")
    after = cluster.apply(pod("after"))
    found = [(p.spec.priority, p.spec.priority_class_name) for p in (before, during, after)]
    assert found == [(0, ""), (50, "usual"), (0, "")]
    assert refused.value.status.message == (
        'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already '
        "marked as default. Only one default can exist"
    )


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (pod(priorityClassName="gold"), "no PriorityClass with name gold was found"),
        (
            pod(priority=3),
            "the integer value of priority (3) must not be provided in pod spec; "
            "priority admission controller computed 0 from the given PriorityClass name",
        ),
        (
            pod(preemptionPolicy="Never"),
            "the string value of PreemptionPolicy (Never) must not be provided in pod spec; "
            "priority admission controller computed PreemptLowerPriority from the given "
            "PriorityClass name",
        ),
        (
            priority_class("huge", 1_000_000_001),
            "value: Forbidden: maximum allowed value of a user defined priority is 1000000000",
        ),
        (
            priority_class("system-mine", 1),
            "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved "
            "for system use only. error: system-mine is not a known system priority class",
        ),
        (
            priority_class("odd", 1, preemptionPolicy="Maybe"),
            'preemptionPolicy: Unsupported value: "Maybe": supported values: '
            '"PreemptLowerPriority", "Never"',
        ),
    ],
)
def test_refusals(manifest: dict[str, Any], message: str) -> None:
    with pytest.raises(StatusError) as refused:
        Cluster(nodes=1).apply(manifest)
    assert message in refused.value.status.message


def test_a_class_keeps_its_value_and_the_systems_own_stay() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(priority_class("gold", 1000))
    with pytest.raises(StatusError, match="value: Forbidden: may not be changed in an update."):
        cluster.apply(priority_class("gold", 1001))
    with pytest.raises(StatusError, match="this is a system priority class and cannot be deleted"):
        cluster.delete("priorityclass/system-node-critical")
