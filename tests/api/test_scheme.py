"""A kind is found by every name people and machines have for it."""

from __future__ import annotations

import pytest

from kubelite.api import SCHEME
from kubelite.api.apps_v1 import Deployment
from kubelite.api.core_v1 import Container, Pod
from kubelite.apimachinery.scheme import UnknownKind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("pods", "Pod"),
        ("pod", "Pod"),
        ("po", "Pod"),
        ("Pod", "Pod"),
        ("PODS", "Pod"),
        ("no", "Node"),
        ("svc", "Service"),
        ("cm", "ConfigMap"),
        ("ns", "Namespace"),
        ("ev", "Event"),
        ("deploy", "Deployment"),
        ("deployments.apps", "Deployment"),
        ("deployment.v1.apps", "Deployment"),
        ("rs", "ReplicaSet"),
        ("sts", "StatefulSet"),
        ("ds", "DaemonSet"),
        ("endpointslice", "EndpointSlice"),
        ("pv", "PersistentVolume"),
        ("pvc", "PersistentVolumeClaim"),
        ("sc", "StorageClass"),
        ("leases.coordination.k8s.io", "Lease"),
        ("hpa", "HorizontalPodAutoscaler"),
    ],
)
def test_what_a_learner_types(text: str, kind: str) -> None:
    assert SCHEME.by_name(text).kind == kind


def test_what_machines_ask() -> None:
    row = SCHEME.by_kind("apps/v1", "Deployment")
    assert row is SCHEME.by_resource("apps", "v1", "deployments")
    assert row is SCHEME.of(Deployment)
    assert (row.api_version, row.resource, row.singular) == (
        "apps/v1",
        "deployments.apps",
        "deployment",
    )
    assert SCHEME.of(Pod).resource == "pods"


def test_a_wrong_name_is_answered_with_the_right_one() -> None:
    with pytest.raises(UnknownKind) as refused:
        SCHEME.by_name("deploymnets")
    assert str(refused.value) == (
        'the server doesn\'t have a resource type "deploymnets" (did you mean deployments?)'
    )


def test_a_wrong_version_is_answered_with_both() -> None:
    with pytest.raises(UnknownKind, match='no matches for kind "Deployment" in version "v1"'):
        SCHEME.by_kind("v1", "Deployment")
    with pytest.raises(UnknownKind, match='no resource "pods" in group "apps"'):
        SCHEME.by_resource("apps", "v1", "pods")
    with pytest.raises(UnknownKind, match="Container is not a kind"):
        SCHEME.of(Container)


def test_no_two_kinds_share_a_name() -> None:
    rows = list(SCHEME)
    # Endpoints are called the same whether one or many.
    names = [name for row in rows for name in {row.plural, row.singular, *row.short_names}]
    assert len(names) == len(set(names))


def test_scope_and_subresources() -> None:
    everywhere = ["Namespace", "Node", "PriorityClass", "IngressClass", "RuntimeClass"]
    everywhere += ["PersistentVolume", "StorageClass", "VolumeAttachment", "CSIDriver", "CSINode"]
    everywhere += ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"]
    everywhere += ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"]
    everywhere += ["MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "APIService"]
    everywhere += ["FlowSchema", "PriorityLevelConfiguration", "CertificateSigningRequest"]
    everywhere += ["ServiceCIDR", "IPAddress", "CustomResourceDefinition"]
    everywhere += ["VolumeAttributesClass", "DeviceClass", "ResourceSlice"]
    everywhere += ["ClusterRole", "ClusterRoleBinding"]
    assert sorted(row.kind for row in SCHEME if not row.namespaced) == sorted(everywhere)
    assert [row.kind for row in SCHEME if "scale" in row.subresources] == [
        "ReplicaSet",
        "Deployment",
        "StatefulSet",
        "ReplicationController",
    ]
    assert [row.kind for row in SCHEME if "all" in row.categories] == [
        "Pod",
        "Service",
        "ReplicaSet",
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "Job",
        "CronJob",
        "HorizontalPodAutoscaler",
        "ReplicationController",
    ]
