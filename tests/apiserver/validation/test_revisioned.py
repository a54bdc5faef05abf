"""StatefulSets, DaemonSets and revisions. Cases follow upstream's ``pkg/apis/apps/validation``."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.apps_v1 import ControllerRevision, DaemonSet, StatefulSet
from kubelite.apimachinery.struct import convert, replace
from kubelite.apiserver.defaults import default_daemon_set, default_stateful_set
from kubelite.apiserver.validation import (
    validate_controller_revision,
    validate_controller_revision_update,
    validate_daemon_set,
    validate_daemon_set_status_update,
    validate_daemon_set_update,
    validate_stateful_set,
    validate_stateful_set_status_update,
    validate_stateful_set_update,
)
from tests.apiserver.validation.objects import CONTAINER, said

META = {"name": "web", "namespace": "default", "resourceVersion": "1"}
TEMPLATE = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [CONTAINER]}}
WORKLOAD: dict[str, Any] = {"selector": {"matchLabels": {"app": "web"}}, "template": TEMPLATE}


def stateful_set(name: str = "web", **spec: Any) -> StatefulSet:
    raw = {"metadata": META | {"name": name}, "spec": WORKLOAD | spec}
    return default_stateful_set(convert(StatefulSet, raw))


def daemon_set(**spec: Any) -> DaemonSet:
    return default_daemon_set(convert(DaemonSet, {"metadata": META, "spec": WORKLOAD | spec}))


def rolling(**limits: Any) -> dict[str, Any]:
    return {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": limits}}


def pod(**spec: Any) -> dict[str, Any]:
    return {"template": TEMPLATE | {"spec": {"containers": [CONTAINER], **spec}}}


CLAIMED = pod(containers=[CONTAINER | {"volumeMounts": [{"name": "data", "mountPath": "/d"}]}])
AT = "spec.updateStrategy.rollingUpdate"

STATEFUL_SETS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"podManagementPolicy": "Parallel"}, []),
    ({"updateStrategy": {"type": "OnDelete"}}, []),
    (rolling(partition=2, maxUnavailable="50%"), []),
    ({"ordinals": {"start": 5}}, []),
    (CLAIMED | {"volumeClaimTemplates": [{"metadata": {"name": "data"}}]}, []),
    (CLAIMED, ['spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"']),
    ({"podManagementPolicy": "foo"}, [
        'spec.podManagementPolicy: Invalid value: "foo": '
        "must be 'OrderedReady' or 'Parallel'"]),
    ({"updateStrategy": {"type": "foo"}}, [
        'spec.updateStrategy: Invalid value: {"type":"foo"}: '
        "must be 'RollingUpdate' or 'OnDelete'"]),
    ({"updateStrategy": {"type": "OnDelete", "rollingUpdate": {"partition": 1}}}, [
        f'{AT}: Invalid value: {{"partition":1}}: only allowed for updateStrategy '
        "'RollingUpdate'"]),
    (rolling(partition=-1), [
        f"{AT}.partition: Invalid value: -1: must be greater than or equal to 0"]),
    (rolling(maxUnavailable=0), [f"{AT}.maxUnavailable: Invalid value: 0: cannot be 0"]),
    (rolling(maxUnavailable="101%"), [
        f'{AT}.maxUnavailable: Invalid value: "101%": must not be greater than 100%']),
    ({"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Keep"}}, [
        'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Keep": '
        'supported values: "Retain", "Delete"']),
    ({"replicas": -1}, ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"]),
    ({"minReadySeconds": -1}, [
        "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0"]),
    ({"ordinals": {"start": -1}}, [
        "spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0"]),
    ({"selector": {}}, [
        "spec.selector: Invalid value: {}: empty selector is invalid for statefulset"]),
    ({"selector": {"matchLabels": {"app": "shop"}}}, [
        'spec.template.metadata.labels: Invalid value: {"app":"web"}: '
        "`selector` does not match template `labels`"]),
    (pod(restartPolicy="Never"), [
        'spec.template.spec.restartPolicy: Unsupported value: "Never": '
        'supported values: "Always"']),
    (pod(activeDeadlineSeconds=5), [
        "spec.template.spec.activeDeadlineSeconds: Forbidden: "
        "activeDeadlineSeconds in StatefulSet is not Supported"]),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "faults"), STATEFUL_SETS)
def test_stateful_sets(spec: dict[str, Any], faults: list[str]) -> None:
    assert said(validate_stateful_set(stateful_set(**spec))) == faults


def test_a_stateful_sets_name_begins_host_names() -> None:
    faults = said(validate_stateful_set(stateful_set("a.b")))
    assert faults == ['metadata.name: Invalid value: "a.b": must not contain dots']


@pytest.mark.parametrize(
    "change",
    [{"replicas": 5}, {"ordinals": {"start": 2}}, {"minReadySeconds": 5},
     {"revisionHistoryLimit": 3}, {"updateStrategy": {"type": "OnDelete"}},
     {"persistentVolumeClaimRetentionPolicy": {"whenScaled": "Delete"}},
     pod(hostNetwork=False, nodeName="n")],
)  # fmt: skip
def test_what_may_change(change: dict[str, Any]) -> None:
    assert validate_stateful_set_update(stateful_set(**change), stateful_set()) == []


@pytest.mark.parametrize(
    "change",
    [{"serviceName": "x"}, {"podManagementPolicy": "Parallel"},
     {"volumeClaimTemplates": [{"metadata": {"name": "d"}}]},
     {"selector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]}}],
)  # fmt: skip
def test_what_may_not_change(change: dict[str, Any]) -> None:
    assert said(validate_stateful_set_update(stateful_set(**change), stateful_set())) == [
        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', "
        "'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
        "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
    ]


@pytest.mark.parametrize(
    ("status", "faults"),
    [
        ({"replicas": 3, "ready_replicas": 2, "available_replicas": 1}, []),
        ({"replicas": 1, "ready_replicas": 2}, [
            "status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas"]),
        ({"replicas": 1, "current_replicas": 2}, [
            "status.currentReplicas: Invalid value: 2: cannot be greater than status.replicas"]),
        ({"replicas": 1, "updated_replicas": 2}, [
            "status.updatedReplicas: Invalid value: 2: cannot be greater than status.replicas"]),
        ({"replicas": 2, "available_replicas": 1}, [
            "status.availableReplicas: Invalid value: 1: "
            "cannot be greater than status.readyReplicas"]),
        ({"replicas": -1}, [
            "status.replicas: Invalid value: -1: must be greater than or equal to 0",
            *(f"status.{f}: Invalid value: 0: cannot be greater than status.replicas" for f in (
                "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"))]),
    ],
)  # fmt: skip
def test_status_of_stateful_sets(status: dict[str, Any], faults: list[str]) -> None:
    old = stateful_set()
    new = replace(old, status=replace(old.status, **status))
    assert said(validate_stateful_set_status_update(new, old)) == faults


DAEMON_SETS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"updateStrategy": {"type": "OnDelete"}}, []),
    (rolling(maxSurge=1, maxUnavailable=0), []),
    (rolling(maxUnavailable="40%"), []),
    (rolling(maxSurge=1, maxUnavailable=1), [
        f"{AT}.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero"]),
    (rolling(maxSurge=0, maxUnavailable=0), [
        f"{AT}.maxUnavailable: Required value: cannot be 0 when maxSurge is 0"]),
    (rolling(maxUnavailable="110%"), [
        f'{AT}.maxUnavailable: Invalid value: "110%": must not be greater than 100%']),
    ({"selector": {"matchLabels": {"app": "shop"}}}, [
        'spec.template.metadata.labels: Invalid value: {"app":"web"}: '
        "`selector` does not match template `labels`"]),
    ({"selector": {}}, [
        "spec.selector: Invalid value: {}: empty selector is invalid for daemonset"]),
    (pod(restartPolicy="Never"), [
        'spec.template.spec.restartPolicy: Unsupported value: "Never": '
        'supported values: "Always"']),
    (pod(activeDeadlineSeconds=5), [
        "spec.template.spec.activeDeadlineSeconds: Forbidden: "
        "activeDeadlineSeconds in DaemonSet is not Supported"]),
    ({"minReadySeconds": -1}, [
        "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0"]),
    ({"revisionHistoryLimit": -1}, [
        "spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0"]),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "faults"), DAEMON_SETS)
def test_daemon_sets(spec: dict[str, Any], faults: list[str]) -> None:
    assert said(validate_daemon_set(daemon_set(**spec))) == faults


def test_a_daemon_sets_selector_never_changes() -> None:
    other = {"selector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]}}
    (fault,) = said(validate_daemon_set_update(daemon_set(**other), daemon_set()))
    assert fault.startswith("spec.selector: Invalid value:")
    assert fault.endswith("field is immutable")


def test_status_of_daemon_sets() -> None:
    old = daemon_set()
    new = replace(old, status=replace(old.status, number_ready=-1))
    assert said(validate_daemon_set_status_update(new, old)) == [
        "status.numberReady: Invalid value: -1: must be greater than or equal to 0"
    ]


def test_collisions_are_never_fewer() -> None:
    old = daemon_set()
    old = replace(old, status=replace(old.status, collision_count=2))
    new = replace(old, status=replace(old.status, collision_count=1))
    assert said(validate_daemon_set_status_update(new, old)) == [
        "status.collisionCount: Invalid value: 1: cannot be decremented"
    ]


def revision(number: int = 1, **fields: Any) -> ControllerRevision:
    raw = {"metadata": META, "data": {"spec": {}}, "revision": number, **fields}
    return convert(ControllerRevision, raw)


def test_revisions_keep_their_data_and_may_change_their_number() -> None:
    assert validate_controller_revision(revision()) == []
    assert validate_controller_revision_update(revision(2), revision(1)) == []
    assert said(validate_controller_revision(revision(data=None))) == [
        "data: Required value: data is mandatory"
    ]
    assert said(validate_controller_revision(revision(-1))) == [
        "revision: Invalid value: -1: must be greater than or equal to 0"
    ]
    (fault,) = said(validate_controller_revision_update(revision(data={}), revision()))
    assert fault.endswith("field is immutable")


def test_defaults() -> None:
    owner = stateful_set().spec
    assert (owner.replicas, owner.revision_history_limit) == (1, 10)
    assert owner.pod_management_policy == "OrderedReady"
    assert owner.update_strategy.type == "RollingUpdate"
    assert owner.update_strategy.rolling_update is not None
    assert owner.update_strategy.rolling_update.partition == 0
    retention = owner.persistent_volume_claim_retention_policy
    assert retention is not None
    assert (retention.when_deleted, retention.when_scaled) == ("Retain", "Retain")
    daemons = daemon_set().spec
    assert (daemons.revision_history_limit, daemons.update_strategy.type) == (10, "RollingUpdate")
    limits = daemons.update_strategy.rolling_update
    assert limits is not None
    assert (limits.max_unavailable, limits.max_surge) == (1, 0)
