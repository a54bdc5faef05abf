"""What may change about a pod. Cases follow upstream's ``TestValidatePodUpdate``."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import Binding, ContainerStatus, ObjectReference, Pod
from kubelite.apimachinery.struct import convert, replace
from kubelite.apiserver.validation import (
    validate_pod_binding,
    validate_pod_status_update,
    validate_pod_update,
)
from tests.apiserver.validation.objects import CONTAINER, pod, said, where

META = {"resourceVersion": "1"}
OTHER = {**CONTAINER, "image": "redis"}
SELECTED: dict[str, Any] = {"requiredDuringSchedulingIgnoredDuringExecution": {
    "nodeSelectorTerms": [{"matchExpressions": [{"key": "disk", "operator": "Exists"}]}],
}}  # fmt: skip
GATED: dict[str, Any] = {"schedulingGates": [{"name": "wait"}]}

ALLOWED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({}, {"containers": [OTHER]}),
    ({}, {"activeDeadlineSeconds": 5}),
    ({"activeDeadlineSeconds": 5}, {"activeDeadlineSeconds": 3}),
    ({}, {"tolerations": [{"key": "k", "operator": "Exists"}]}),
    ({"terminationGracePeriodSeconds": -1}, {"terminationGracePeriodSeconds": 1}),
    (GATED, {}),
    (GATED, {**GATED, "nodeSelector": {"disk": "ssd"}}),
    (GATED, {**GATED, "affinity": {"nodeAffinity": SELECTED}}),
]


@pytest.mark.parametrize(("before", "after"), ALLOWED)
def test_allowed_changes(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert said(validate_pod_update(pod(META, **after), pod(META, **before))) == []


REFUSED: list[tuple[dict[str, Any], dict[str, Any], list[tuple[str, str]]]] = [
    ({}, {"containers": [CONTAINER, {**CONTAINER, "name": "d"}]},
     [("spec.containers", "Forbidden")]),
    ({}, {"containers": [{**CONTAINER, "image": ""}]},
     [("spec.containers[0].image", "Required value")] * 2),
    ({}, {"containers": [{**CONTAINER, "command": ["sh"]}]}, [("spec", "Forbidden")]),
    ({}, {"hostname": "h"}, [("spec", "Forbidden")]),
    ({}, {"nodeSelector": {"disk": "ssd"}}, [("spec", "Forbidden")]),
    ({"activeDeadlineSeconds": 5}, {"activeDeadlineSeconds": 6},
     [("spec.activeDeadlineSeconds", "Invalid value")]),
    ({"activeDeadlineSeconds": 5}, {}, [("spec.activeDeadlineSeconds", "Invalid value")]),
    ({"tolerations": [{"key": "k", "operator": "Exists"}]}, {},
     [("spec.tolerations", "Forbidden")]),
    ({}, GATED, [("spec.schedulingGates[0].name", "Forbidden")]),
    ({**GATED, "nodeSelector": {"disk": "ssd"}}, GATED, [("spec.nodeSelector", "Invalid value")]),
    ({**GATED, "affinity": {"nodeAffinity": SELECTED}}, GATED,
     [("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
       ".nodeSelectorTerms", "Invalid value")]),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "expected"), REFUSED)
def test_refused_changes(
    before: dict[str, Any], after: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert where(validate_pod_update(pod(META, **after), pod(META, **before))) == expected


def test_the_refusal_names_what_may_change_and_what_did() -> None:
    (sentence,) = said(validate_pod_update(pod(META, hostname="b"), pod(META, hostname="a")))
    assert sentence == (
        "spec: Forbidden: pod updates may not change fields other than "
        "`spec.containers[*].image`,`spec.initContainers[*].image`,"
        "`spec.activeDeadlineSeconds`,"
        "`spec.tolerations` (only additions to existing tolerations),"
        "`spec.terminationGracePeriodSeconds` "
        "(allow it to be set to 1 if it was previously negative)\n"
        '  core.PodSpec{\n- \thostname: "a",\n+ \thostname: "b",\n  }\n'
    )


def with_status(made: Pod, **status: Any) -> Pod:
    return replace(made, status=convert(type(made.status), status))


def ended(code: int) -> dict[str, Any]:
    return {"containerStatuses": [{"name": "c", "state": {"terminated": {"exitCode": code}}}]}


ALIVE = {"containerStatuses": [{"name": "c", "state": {"running": {}}}]}


@pytest.mark.parametrize(
    ("policy", "code", "allowed"),
    [
        ("Always", 0, True),
        ("OnFailure", 1, True),
        ("OnFailure", 0, False),
        ("Never", 1, False),
    ],
)
def test_only_a_container_that_restarts_comes_back(policy: str, code: int, allowed: bool) -> None:
    made = pod(META, restartPolicy=policy)
    found = validate_pod_status_update(with_status(made, **ALIVE), with_status(made, **ended(code)))
    expected = "Forbidden: may not be transitioned to non-terminated state"
    assert said(found) == ([] if allowed else [f"status.containerStatuses[0].state: {expected}"])


def test_a_rule_of_its_own_brings_a_container_back() -> None:
    rule = {"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}
    container = {**CONTAINER, "restartPolicy": "Never", "restartPolicyRules": [rule]}
    made = pod(META, restartPolicy="Never", containers=[container])
    back = [
        validate_pod_status_update(with_status(made, **ALIVE), with_status(made, **ended(code)))
        for code in (42, 43)
    ]
    assert [len(errors) for errors in back] == [0, 1]


STATUSES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"podIPs": [{"ip": "1.2.3.4"}], "hostIP": "9.9.9.9", "hostIPs": [{"ip": "9.9.9.9"}]}, []),
    ({"podIPs": [{"ip": "1.2.3"}]}, [("status.podIPs[0]", "Invalid value")]),
    ({"podIPs": [{"ip": "1.2.3.4"}, {"ip": "::1"}]}, []),
    ({"podIPs": [{"ip": "1.2.3.4"}, {"ip": "1.2.3.5"}]}, [("status.podIPs", "Invalid value")]),
    ({"hostIP": "1.2.3.4", "hostIPs": [{"ip": "1.2.3.5"}]},
     [("status.hostIPs[0].ip", "Invalid value")]),
    ({"nominatedNodeName": "Big"}, [("status.nominatedNodeName", "Invalid value")]),
    ({"qosClass": "Burstable"}, [("status.qosClass", "Invalid value")]),
    ({"conditions": [{"type": "a b", "status": "True"}]},
     [("status.conditions[0].Type", "Invalid value")]),
    ({"observedGeneration": -1}, [("status.observedGeneration", "Invalid value")]),
]  # fmt: skip


@pytest.mark.parametrize(("status", "expected"), STATUSES)
def test_statuses(status: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    made = pod(META)
    assert where(validate_pod_status_update(with_status(made, **status), made)) == expected


def test_a_container_may_be_reported_for_the_first_time() -> None:
    made = pod(META)
    new = replace(made.status, container_statuses=(ContainerStatus(name="c"),))
    assert validate_pod_status_update(replace(made, status=new), made) == []


def test_a_binding_names_a_node() -> None:
    good = Binding(target=ObjectReference(kind="Node", name="n"))
    bad = Binding(target=ObjectReference(kind="Pod"))
    assert validate_pod_binding(good) == []
    assert said(validate_pod_binding(bad)) == [
        'target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>"',
        "target.name: Required value",
    ]
