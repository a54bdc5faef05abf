"""Deployments and ReplicaSets. Cases follow upstream's ``pkg/apis/apps/validation`` tables."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.apps_v1 import DeploymentStatus
from kubelite.apimachinery.struct import convert, replace
from kubelite.apiserver.validation import (
    validate_deployment,
    validate_deployment_status_update,
    validate_deployment_update,
    validate_replica_set,
    validate_replica_set_update,
)
from tests.apiserver.validation.objects import CONTAINER, deployment, replica_set, said, where

NEVER = {
    "metadata": {"labels": {"app": "web"}},
    "spec": {"containers": [CONTAINER], "restartPolicy": "Never"},
}

DEPLOYMENTS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"strategy": {"type": "Recreate"}}, []),
    ({"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "10%"}}}, []),
    ({"replicas": -1},
     ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"]),
    ({"selector": None}, ["spec.selector: Required value"]),
    ({"selector": {}}, [
        "spec.selector: Invalid value: {}: empty selector is invalid for deployment"]),
    ({"selector": {"matchLabels": {"app": "shop"}}}, [
        'spec.template.metadata.labels: Invalid value: {"app":"web"}: '
        "`selector` does not match template `labels`"]),
    ({"selector": {"matchExpressions": [{"key": "a", "operator": "Is"}]}}, [
        'spec.selector.matchExpressions[0].operator: Invalid value: "Is": '
        "not a valid selector operator",
        'spec.selector: Invalid value: {"matchExpressions":[{"key":"a","operator":"Is"}]}: '
        "invalid label selector"]),
    ({"template": NEVER}, [
        'spec.template.spec.restartPolicy: Unsupported value: "Never": '
        'supported values: "Always"']),
    ({"strategy": {"type": "Recreate", "rollingUpdate": {}}}, [
        "spec.strategy.rollingUpdate: Forbidden: "
        "may not be specified when strategy `type` is 'Recreate'"]),
    ({"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}}}, [
        "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: "
        "may not be 0 when `maxSurge` is 0"]),
    ({"strategy": {"rollingUpdate": {"maxUnavailable": "110%"}}}, [
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "110%": '
        "must not be greater than 100%"]),
    ({"strategy": {"rollingUpdate": {"maxSurge": "20Percent"}}}, [
        'spec.strategy.rollingUpdate.maxSurge: Invalid value: "20Percent": a valid percent string '
        "must be a numeric string followed by an ending '%' (e.g. '1%', or '93%', regex used for "
        "validation is '[0-9]+%')"]),
    ({"strategy": {"rollingUpdate": {"maxSurge": -1}}}, [
        "spec.strategy.rollingUpdate.maxSurge: Invalid value: -1: "
        "must be greater than or equal to 0"]),
    ({"minReadySeconds": 600}, [
        "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds"]),
    ({"revisionHistoryLimit": -1}, [
        "spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0"]),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "expected"), DEPLOYMENTS)
def test_deployments(spec: dict[str, Any], expected: list[str]) -> None:
    assert said(validate_deployment(deployment(**spec))) == expected


def test_faults_of_a_template_are_named_with_their_whole_path() -> None:
    template = {
        "metadata": {"labels": {"app": "web"}},
        "spec": {"containers": [{"name": "c", "image": ""}], "activeDeadlineSeconds": 5},
    }
    assert said(validate_deployment(deployment(template=template))) == [
        "spec.template.spec.containers[0].image: Required value",
        "spec.template.spec.activeDeadlineSeconds: Forbidden: "
        "activeDeadlineSeconds in ReplicaSet is not Supported",
    ]


def test_a_selector_never_changes() -> None:
    new = {
        "selector": {"matchLabels": {"app": "shop"}},
        "template": {
            "metadata": {"labels": {"app": "shop"}},
            "spec": {"containers": [CONTAINER]},
        },
    }
    sentence = ['spec.selector: Invalid value: {"matchLabels":{"app":"shop"}}: field is immutable']
    assert said(validate_deployment_update(deployment(**new), deployment())) == sentence
    assert said(validate_replica_set_update(replica_set(**new), replica_set())) == sentence


def test_replica_sets_are_checked_as_deployments_are() -> None:
    assert said(validate_replica_set(replica_set())) == []
    assert where(validate_replica_set(replica_set(replicas=-1, minReadySeconds=-1))) == [
        ("spec.replicas", "Invalid value"),
        ("spec.minReadySeconds", "Invalid value"),
    ]
    wrong = replica_set(selector={"matchLabels": {"app": "shop"}})
    assert where(validate_replica_set(wrong)) == [
        ("spec.template.metadata.labels", "Invalid value")
    ]


STATUSES: list[tuple[dict[str, int], list[tuple[str, str]]]] = [
    ({"replicas": 3, "updatedReplicas": 3, "readyReplicas": 2, "availableReplicas": 1}, []),
    ({"replicas": 3, "updatedReplicas": 4}, [("status.updatedReplicas", "Invalid value")]),
    ({"replicas": 3, "readyReplicas": 1, "availableReplicas": 2},
     [("status.availableReplicas", "Invalid value")]),
    ({"observedGeneration": -1}, [("status.observedGeneration", "Invalid value")]),
]  # fmt: skip


@pytest.mark.parametrize(("status", "expected"), STATUSES)
def test_statuses(status: dict[str, int], expected: list[tuple[str, str]]) -> None:
    old = deployment()
    new = replace(old, status=convert(DeploymentStatus, status))
    assert where(validate_deployment_status_update(new, old)) == expected
