"""Pods: what is refused, where, and in which words. Cases follow upstream's own tables."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.apiserver.validation import validate_pod, validate_pod_spec
from tests.apiserver.validation.objects import CONTAINER, pod, pod_with, said, where

HTTP = {"httpGet": {"port": 80}}
EXEC = {"exec": {"command": ["cat", "/tmp/healthy"]}}
C = "spec.containers[0]"

GOOD: list[dict[str, Any]] = [
    {},
    {"restartPolicy": "OnFailure", "activeDeadlineSeconds": 30, "dnsPolicy": "Default"},
    {"volumes": [{"name": "v"}], "containers": [
        {**CONTAINER, "volumeMounts": [{"name": "v", "mountPath": "/data", "subPath": "a/b"}]}]},
    {"hostNetwork": True, "containers": [{**CONTAINER, "ports": [{"containerPort": 8080}]}]},
    {"initContainers": [{"name": "i", "image": "busybox"},
                        {"name": "s", "image": "proxy", "restartPolicy": "Always",
                         "readinessProbe": HTTP}]},
    {"containers": [{**CONTAINER, "resources": {
        "requests": {"cpu": "100m", "hugepages-2Mi": "4Mi", "example.com/gpu": "1"},
        "limits": {"cpu": "1", "hugepages-2Mi": "4Mi", "example.com/gpu": "1"}}}]},
    {"containers": [{**CONTAINER, "env": [
        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "APP", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
        {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}}]}]},
    {"tolerations": [{"operator": "Exists"}, {"key": "k", "value": "v", "effect": "NoExecute",
                                              "tolerationSeconds": 60}]},
    {"topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone",
                                    "whenUnsatisfiable": "DoNotSchedule"}]},
    {"dnsPolicy": "None", "dnsConfig": {"nameservers": ["10.0.0.1"], "searches": [".", "_a.b"]}},
    {"schedulingGates": [{"name": "example.com/wait"}]},
    {"os": {"name": "linux"}, "containers": [
        {**CONTAINER, "lifecycle": {"stopSignal": "SIGUSR1",
                                    "preStop": {"sleep": {"seconds": 5}}}}]},
]  # fmt: skip


@pytest.mark.parametrize("spec", GOOD)
def test_good_pods_pass(spec: dict[str, Any]) -> None:
    assert said(validate_pod(pod(**spec))) == []


CONTAINERS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"name": ""}, [(f"{C}.name", "Required value")]),
    ({"name": "Big"}, [(f"{C}.name", "Invalid value")]),
    ({"name": "a.b"}, [(f"{C}.name", "Invalid value")]),
    ({"image": ""}, [(f"{C}.image", "Required value")]),
    ({"image": "nginx "}, [(f"{C}.image", "Invalid value")]),
    ({"imagePullPolicy": "Maybe"}, [(f"{C}.imagePullPolicy", "Unsupported value")]),
    ({"terminationMessagePolicy": "Log"},
     [(f"{C}.terminationMessagePolicy", "Unsupported value")]),
    ({"ports": [{"containerPort": 0}]}, [(f"{C}.ports[0].containerPort", "Required value")]),
    ({"ports": [{"containerPort": 65536}]}, [(f"{C}.ports[0].containerPort", "Invalid value")]),
    ({"ports": [{"containerPort": 1, "hostPort": -1}]},
     [(f"{C}.ports[0].hostPort", "Invalid value")]),
    ({"ports": [{"containerPort": 1, "protocol": "ICMP"}]},
     [(f"{C}.ports[0].protocol", "Unsupported value")]),
    ({"ports": [{"containerPort": 1, "hostPort": 9}, {"containerPort": 2, "hostPort": 9}]},
     [(f"{C}.ports[1].hostPort", "Duplicate value")]),
    ({"env": [{"name": "A=B"}]}, [(f"{C}.env[0].name", "Invalid value")]),
    ({"env": [{"name": "A", "valueFrom": {}}]}, [(f"{C}.env[0].valueFrom", "Invalid value")]),
    ({"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "status.phase"}}}]},
     [(f"{C}.env[0].valueFrom.fieldRef.fieldPath", "Unsupported value")]),
    ({"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.nothing"}}}]},
     [(f"{C}.env[0].valueFrom.fieldRef.fieldPath", "Invalid value")]),
    ({"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "a b"}}}]},
     [(f"{C}.env[0].valueFrom.secretKeyRef.key", "Invalid value")]),
    ({"envFrom": [{}]}, [(f"{C}.envFrom", "Invalid value")]),
    ({"envFrom": [{"secretRef": {"name": ""}}]},
     [(f"{C}.envFrom[0].secretRef.name", "Required value")]),
    ({"resources": {"requests": {"memory": "-1"}}},
     [(f"{C}.resources.requests[memory]", "Invalid value")]),
    ({"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}},
     [(f"{C}.resources.requests", "Invalid value")]),
    ({"resources": {"requests": {"storage": "1"}}},
     [(f"{C}.resources.requests[storage]", "Invalid value")]),
    ({"resources": {"limits": {"example.com/gpu": "500m"}}},
     [(f"{C}.resources.limits[example.com/gpu]", "Invalid value"),
      (f"{C}.resources.requests[example.com/gpu]", "Invalid value")]),
    ({"resources": {"requests": {"example.com/gpu": "1"}}},
     [(f"{C}.resources.limits", "Required value")]),
    ({"resources": {"limits": {"hugepages-2Mi": "3Mi", "cpu": "1"}}},
     [(f"{C}.resources.limits[hugepages-2Mi]", "Invalid value"),
      (f"{C}.resources.requests[hugepages-2Mi]", "Invalid value")]),
    ({"resources": {"limits": {"hugepages-2Mi": "2Mi"}}}, [(f"{C}.resources", "Forbidden")]),
    ({"resources": {"claims": [{"name": "gpu"}]}},
     [(f"{C}.resources.claims[0]", "Not found")]),
    ({"volumeMounts": [{"name": "v", "mountPath": ""}]},
     [(f"{C}.volumeMounts[0].name", "Not found"),
      (f"{C}.volumeMounts[0].mountPath", "Required value")]),
    ({"livenessProbe": {}}, [(f"{C}.livenessProbe", "Required value")]),
    ({"livenessProbe": {**HTTP, **EXEC}}, [(f"{C}.livenessProbe.httpGet", "Forbidden")]),
    ({"livenessProbe": {**HTTP, "successThreshold": 2}},
     [(f"{C}.livenessProbe.successThreshold", "Invalid value")]),
    ({"startupProbe": {**EXEC, "successThreshold": 2}},
     [(f"{C}.startupProbe.successThreshold", "Invalid value")]),
    ({"readinessProbe": {**EXEC, "successThreshold": 2}}, []),
    ({"readinessProbe": {**EXEC, "terminationGracePeriodSeconds": 5}},
     [(f"{C}.readinessProbe.terminationGracePeriodSeconds", "Invalid value")]),
    ({"livenessProbe": {**EXEC, "terminationGracePeriodSeconds": 0}},
     [(f"{C}.livenessProbe.terminationGracePeriodSeconds", "Invalid value")]),
    ({"livenessProbe": {"exec": {}}}, [(f"{C}.livenessProbe.exec.command", "Required value")]),
    ({"livenessProbe": {"tcpSocket": {"port": "much-too-long-a-name"}}},
     [(f"{C}.livenessProbe.tcpSocket.port", "Invalid value")]),
    ({"livenessProbe": {"grpc": {"port": 0}}},
     [(f"{C}.livenessProbe.grpc.port", "Invalid value")]),
    ({"livenessProbe": {"httpGet": {"port": 80, "scheme": "FTP"}}},
     [(f"{C}.livenessProbe.httpGet.scheme", "Unsupported value")]),
    ({"lifecycle": {"preStop": {}}}, [(f"{C}.lifecycle.preStop", "Required value")]),
    ({"lifecycle": {"preStop": {"sleep": {"seconds": 31}}}},
     [(f"{C}.lifecycle.preStop.sleep", "Invalid value")]),
    ({"lifecycle": {"stopSignal": "SIGTERM"}}, [(f"{C}.lifecycle.stopSignal", "Forbidden")]),
    ({"restartPolicy": "Sometimes"}, [(f"{C}.restartPolicy", "Unsupported value")]),
    ({"restartPolicyRules": [{"action": "Restart", "exitCodes": {"operator": "In"}}]},
     [(f"{C}.restartPolicy", "Required value")]),
    ({"resizePolicy": [{"resourceName": "disk", "restartPolicy": "NotRequired"}]},
     [(f"{C}.resizePolicy", "Unsupported value")]),
    ({"securityContext": {"runAsUser": -1}}, [(f"{C}.securityContext.runAsUser", "Invalid value")]),
    ({"securityContext": {"privileged": True, "allowPrivilegeEscalation": False}},
     [(f"{C}.securityContext", "Invalid value")]),
    ({"securityContext": {"seccompProfile": {"type": "Localhost"}}},
     [(f"{C}.securityContext.seccompProfile.localhostProfile", "Required value")]),
]  # fmt: skip


@pytest.mark.parametrize(("container", "expected"), CONTAINERS)
def test_containers(container: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert where(validate_pod(pod_with(**container))) == expected


SPECS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"containers": []}, [("spec.containers", "Required value")]),
    ({"containers": [CONTAINER, CONTAINER]}, [("spec.containers[1].name", "Duplicate value")]),
    ({"initContainers": [CONTAINER]}, [("spec.initContainers[0].name", "Duplicate value")]),
    ({"initContainers": [{"name": "i", "image": "i", "livenessProbe": HTTP}]},
     [("spec.initContainers[0].livenessProbe", "Forbidden")]),
    ({"ephemeralContainers": [{"name": "e", "image": "e", "ports": [{"containerPort": 1}]}]},
     [("spec.ephemeralContainers[0].ports", "Forbidden"),
      ("spec.ephemeralContainers", "Forbidden")]),
    ({"restartPolicy": "Sometimes"}, [("spec.restartPolicy", "Unsupported value")]),
    ({"dnsPolicy": "None"}, [("spec.dnsConfig", "Required value")]),
    ({"dnsConfig": {"nameservers": ["invalid"]}},
     [("spec.dnsConfig.nameservers[0]", "Invalid value")]),
    ({"dnsConfig": {"nameservers": ["10.0.0.01"]}},
     [("spec.dnsConfig.nameservers[0]", "Invalid value")]),
    ({"nodeSelector": {"a b": "c"}}, [("spec.nodeSelector", "Invalid value")]),
    ({"nodeName": "Node"}, [("spec.nodeName", "Invalid value")]),
    ({"nodeName": "n", "schedulingGates": [{"name": "g"}]}, [("spec.nodeName", "Forbidden")]),
    ({"schedulingGates": [{"name": "g"}, {"name": "g"}]},
     [("spec.schedulingGates[1]", "Duplicate value")]),
    ({"readinessGates": [{"conditionType": "a b"}]},
     [("spec.readinessGates[0].conditionType", "Invalid value")]),
    ({"activeDeadlineSeconds": 0}, [("spec.activeDeadlineSeconds", "Invalid value")]),
    ({"activeDeadlineSeconds": 2**31}, [("spec.activeDeadlineSeconds", "Invalid value")]),
    ({"hostname": "a.b"}, [("spec.hostname", "Invalid value")]),
    ({"hostAliases": [{"ip": "999.999.999.999", "hostnames": ["host_name"]}]},
     [("spec.hostAliases[0].ip", "Invalid value"),
      ("spec.hostAliases[0].hostnames[0]", "Invalid value")]),
    ({"hostNetwork": True, "containers": [
        {**CONTAINER, "ports": [{"containerPort": 80, "hostPort": 8080}]}]},
     [(f"{C}.ports[0].hostPort", "Invalid value")]),
    ({"shareProcessNamespace": True, "hostPID": True},
     [("spec.shareProcessNamespace", "Invalid value")]),
    ({"preemptionPolicy": "Maybe"}, [("spec.preemptionPolicy", "Unsupported value")]),
    ({"overhead": {"cpu": "-1"}}, [("spec.overhead.limits[cpu]", "Invalid value")]),
    ({"os": {"name": "plan9"}}, [("spec.os", "Unsupported value")]),
    ({"os": {"name": "windows"}, "securityContext": {"runAsUser": 1}},
     [("spec.securityContext.runAsUser", "Forbidden")]),
    ({"hostUsers": False, "hostNetwork": True}, [("spec.hostNetwork", "Forbidden")]),
    ({"tolerations": [{"key": "k", "operator": "Equals"}]},
     [("spec.tolerations[0].operator", "Unsupported value")]),
    ({"tolerations": [{"operator": "Equal"}]}, [("spec.tolerations[0].operator", "Invalid value")]),
    ({"tolerations": [{"key": "k", "effect": "NoSchedule", "tolerationSeconds": 3}]},
     [("spec.tolerations[0].effect", "Invalid value")]),
    ({"topologySpreadConstraints": [
        {"maxSkew": 0, "topologyKey": "", "whenUnsatisfiable": "Never"}]},
     [("spec.topologySpreadConstraints[0].maxSkew", "Invalid value"),
      ("spec.topologySpreadConstraints[0].topologyKey", "Required value"),
      ("spec.topologySpreadConstraints[0].whenUnsatisfiable", "Unsupported value")]),
    ({"resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "500m"}}},
     [("spec.resources.requests", "Invalid value")]),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "expected"), SPECS)
def test_specs(spec: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert where(validate_pod(pod(**spec))) == expected


VOLUMES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"name": ""}, [("name", "Required value")]),
    ({"name": "a.b"}, [("name", "Invalid value")]),
    ({"emptyDir": {"sizeLimit": "-1"}}, [("emptyDir.sizeLimit", "Forbidden")]),
    ({"emptyDir": {}, "hostPath": {"path": "/"}}, [("hostPath", "Forbidden")]),
    ({"hostPath": {"path": ""}}, [("hostPath.path", "Required value")]),
    ({"hostPath": {"path": "/foo/../bar"}}, [("hostPath.path", "Invalid value")]),
    ({"hostPath": {"path": "/", "type": "Door"}}, [("hostPath.type", "Unsupported value")]),
    ({"secret": {"secretName": ""}}, [("secret.secretName", "Required value")]),
    ({"secret": {"secretName": "s", "defaultMode": 0o1000}},
     [("secret.defaultMode", "Invalid value")]),
    ({"configMap": {"name": "m", "items": [{"key": "", "path": "/a"}]}},
     [("configMap.items[0].key", "Required value"), ("configMap.items[0].path", "Invalid value")]),
    ({"configMap": {"name": "m", "items": [{"key": "k", "path": "..a"}]}},
     [("configMap.items[0].path", "Invalid value")]),
    ({"persistentVolumeClaim": {"claimName": ""}},
     [("persistentVolumeClaim.claimName", "Required value")]),
    ({"nfs": {"server": "s", "path": "a"}}, [("nfs.path", "Invalid value")]),
    ({"iscsi": {"targetPortal": "p", "iqn": "xyz", "lun": 256}},
     [("iscsi.iqn", "Invalid value"), ("iscsi.lun", "Invalid value")]),
    ({"downwardAPI": {"items": [{"path": "p"}]}}, [("downwardAPI", "Required value")]),
    ({"csi": {"driver": ""}}, [("csi.driver", "Required value"), ("csi.driver", "Invalid value")]),
    ({"image": {"reference": ""}}, [("image.reference", "Required value")]),
    ({"ephemeral": {}}, [("ephemeral.volumeClaimTemplate", "Required value")]),
    ({"projected": {"sources": [{"secret": {"name": "s"}, "configMap": {"name": "m"}}]}},
     [("projected.sources[0]", "Forbidden")]),
    ({"projected": {"sources": [{"serviceAccountToken": {"path": "t", "expirationSeconds": 1}}]}},
     [("projected.sources[0].serviceAccountToken.expirationSeconds", "Invalid value"),
      ("projected.sources[0].serviceAccountToken", "Forbidden")]),
    ({"fc": {"targetWWNs": ["w"]}}, [("fc.lun", "Required value")]),
    ({"azureDisk": {"diskName": "d", "diskURI": "u", "kind": "Managed"}},
     [("azureDisk.diskURI", "Unsupported value")]),
]  # fmt: skip


@pytest.mark.parametrize(("volume", "expected"), VOLUMES)
def test_volumes(volume: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = where(validate_pod(pod(volumes=[{"name": "v", **volume}])))
    assert found == [(f"spec.volumes[0].{field}", kind) for field, kind in expected]


AFFINITIES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {}}},
     [("nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms",
       "Required value")]),
    ({"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
        {"weight": 199, "preference": {}}]}},
     [("nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight",
       "Invalid value")]),
    ({"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
        {"topologyKey": "zone", "matchLabelKeys": ["app"]}]}},
     [("podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].matchLabelKeys",
       "Forbidden")]),
    ({"podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [
        {"weight": 0, "podAffinityTerm": {"topologyKey": "zone"}}]}},
     [("podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight",
       "Invalid value")]),
]  # fmt: skip


@pytest.mark.parametrize(("affinity", "expected"), AFFINITIES)
def test_affinity(affinity: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = where(validate_pod(pod(affinity=affinity)))
    assert found == [(f"spec.affinity.{field}", kind) for field, kind in expected]


def test_sentences_are_upstreams() -> None:
    wrong = pod(restartPolicy="Sometimes", activeDeadlineSeconds=0, hostname="a_b")
    assert said(validate_pod(wrong)) == [
        'spec.restartPolicy: Unsupported value: "Sometimes": '
        'supported values: "Always", "OnFailure", "Never"',
        "spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive",
        'spec.hostname: Invalid value: "a_b": a lowercase RFC 1123 label must consist of lower '
        "case alphanumeric characters or '-', and must start and end with an alphanumeric "
        "character (e.g. 'my-name', or '123-abc', regex used for validation is "
        "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ]


def test_two_probe_handlers_are_one_too_many() -> None:
    wrong = pod_with(readinessProbe={**HTTP, **EXEC, "timeoutSeconds": -1})
    assert said(validate_pod(wrong)) == [
        f"{C}.readinessProbe.httpGet: Forbidden: may not specify more than 1 handler type",
        f"{C}.readinessProbe.timeoutSeconds: Invalid value: -1: must be greater than or equal to 0",
    ]


def test_the_metadata_of_a_pod_is_checked_besides_its_spec() -> None:
    wrong = pod({"name": "Big", "annotations": {"kubernetes.io/config.mirror": "m"}})
    assert where(validate_pod(wrong)) == [
        ("metadata.name", "Invalid value"),
        ("metadata.annotations[kubernetes.io/config.mirror]", "Invalid value"),
    ]
    assert validate_pod_spec(wrong.spec) == []
