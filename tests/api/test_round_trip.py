"""Objects go to the wire and come back unchanged."""

from __future__ import annotations

from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import msgspec
import pytest

from kubelite.api import SCHEME
from kubelite.api.apps_v1 import DeploymentSpec
from kubelite.api.batch_v1 import Job
from kubelite.api.core_v1 import (
    Container,
    ContainerStatus,
    Pod,
    PodCondition,
    PodSpec,
    ResourceFieldSelector,
    Service,
)
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import Struct, convert, decode, encode, to_dict

SHOP: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "shop",
        "namespace": "default",
        "labels": {"app": "shop"},
        "creationTimestamp": "2026-11-27T08:00:00Z",
    },
    "spec": {
        "initContainers": [{"name": "wait", "image": "busybox", "resources": {}}],
        "containers": [
            {
                "name": "web",
                "image": "nginx:1.29",
                "command": ["nginx"],
                "args": ["-g", "daemon off;"],
                "ports": [{"name": "http", "containerPort": 80, "protocol": "TCP"}],
                "env": [
                    {"name": "MODE", "value": "sale"},
                    {
                        "name": "MEMORY",
                        "valueFrom": {
                            "resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}
                        },
                    },
                ],
                "envFrom": [{"prefix": "SHOP_", "configMapRef": {"name": "settings"}}],
                "resources": {
                    "requests": {"cpu": "250m", "memory": "64Mi"},
                    "limits": {"memory": "128Mi"},
                },
                "volumeMounts": [{"name": "cache", "mountPath": "/cache"}],
                "livenessProbe": {
                    "httpGet": {"path": "/healthz", "port": "http"},
                    "initialDelaySeconds": 3,
                    "terminationGracePeriodSeconds": 0,
                },
                "readinessProbe": {"tcpSocket": {"port": 80}},
                "lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
                "securityContext": {"runAsNonRoot": True, "privileged": False},
            }
        ],
        "volumes": [
            {"name": "cache", "emptyDir": {"sizeLimit": "1Gi"}},
            {
                "name": "token",
                "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]},
            },
        ],
        "terminationGracePeriodSeconds": 0,
        "affinity": {
            "nodeAffinity": {
                "preferredDuringSchedulingIgnoredDuringExecution": [
                    {
                        "weight": 1,
                        "preference": {
                            "matchExpressions": [
                                {"key": "disk", "operator": "In", "values": ["ssd"]}
                            ]
                        },
                    }
                ]
            }
        },
        "tolerations": [{"operator": "Exists", "tolerationSeconds": 300}],
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "DoNotSchedule",
                "labelSelector": {"matchLabels": {"app": "shop"}},
            }
        ],
        "securityContext": {},
        "hostIPC": True,
        "setHostnameAsFQDN": False,
    },
    "status": {
        "phase": "Running",
        "podIP": "10.244.0.7",
        "podIPs": [{"ip": "10.244.0.7"}],
        "qosClass": "Burstable",
        "containerStatuses": [
            {
                "name": "web",
                "state": {"running": {"startedAt": "2026-11-27T08:00:02Z"}},
                "lastState": {
                    "terminated": {
                        "exitCode": 137,
                        "reason": "OOMKilled",
                        "startedAt": None,
                        "finishedAt": "2026-11-27T08:00:01Z",
                    }
                },
                "ready": False,
                "restartCount": 1,
                "image": "nginx:1.29",
                "imageID": "",
                "started": False,
            }
        ],
    },
}


def test_a_full_pod_comes_back_as_it_went() -> None:
    pod = convert(Pod, SHOP)
    assert to_dict(pod) == SHOP
    assert decode(Pod, encode(pod)) == pod
    kubernetes_validate.validate(to_dict(pod), "1.37", strict=True)


def test_python_reads_as_the_manifest_does() -> None:
    web = convert(Pod, SHOP).spec.containers[0]
    assert web.resources.requests["cpu"] == Quantity.parse("0.25")
    assert web.liveness_probe is not None
    assert web.liveness_probe.termination_grace_period_seconds == 0
    assert web.readiness_probe is not None
    assert web.readiness_probe.termination_grace_period_seconds is None


@pytest.mark.parametrize("row", list(SCHEME), ids=lambda row: row.kind)
def test_every_kind_says_what_it_is(row: Any) -> None:
    made = row.type(metadata=ObjectMeta(name="x"))
    assert (made.api_version, made.kind) == (row.api_version, row.kind)
    wire = to_dict(made)
    assert list(wire)[:3] == ["apiVersion", "kind", "metadata"]
    assert decode(row.type, encode(made)) == made
    assert convert(row.type, {"metadata": {"name": "x"}}) == made


def test_zero_and_absent_differ_only_where_kubernetes_tells_them_apart() -> None:
    shown = {"strategy": {}, "template": {"metadata": {}, "spec": {}}}
    spec = DeploymentSpec(replicas=0, min_ready_seconds=0)
    assert to_dict(spec) == shown | {"replicas": 0}
    assert to_dict(DeploymentSpec()) == shown


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (Container(), {"name": "", "resources": {}}),
        (ResourceFieldSelector(resource="limits.cpu"), {"resource": "limits.cpu", "divisor": "0"}),
        (
            ContainerStatus(name="web"),
            {
                "name": "web",
                "state": {},
                "lastState": {},
                "ready": False,
                "restartCount": 0,
                "image": "",
                "imageID": "",
            },
        ),
        (Service().status, {"loadBalancer": {}}),
        (PodSpec(), {}),
        (
            PodCondition(type="Ready", status="True"),
            {"type": "Ready", "status": "True", "lastProbeTime": None, "lastTransitionTime": None},
        ),
        (
            Job(),
            {
                "apiVersion": "batch/v1",
                "kind": "Job",
                "metadata": {},
                "spec": {"template": {"metadata": {}, "spec": {}}},
                "status": {},
            },
        ),
    ],
)
def test_what_is_always_shown_and_what_is_left_out(value: Struct, wire: dict[str, Any]) -> None:
    assert to_dict(value) == wire


def test_a_misspelt_field_is_refused_with_its_path() -> None:
    with pytest.raises(msgspec.ValidationError, match="imagePulPolicy.*containers"):
        convert(Pod, {"spec": {"containers": [{"imagePulPolicy": "Always"}]}})


def test_numbers_keep_to_their_width() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"\$\.replicas"):
        convert(DeploymentSpec, {"replicas": 2**31})


def test_a_pod_is_frozen() -> None:
    with pytest.raises(AttributeError):
        Pod(spec=PodSpec()).spec = PodSpec()  # type: ignore[misc]
