"""One good object of each kind, as small as may be: to be spoilt."""

from __future__ import annotations

import base64
from typing import Any

from kubelite.api import SCHEME
from kubelite.apimachinery.scheme import Kind

POD = {"containers": [{"name": "c", "image": "nginx"}]}
JOB = {**POD, "restartPolicy": "Never"}
LABELS = {"app": "web"}
TEMPLATE = {"metadata": {"labels": LABELS}, "spec": POD}
WORKLOAD = {"selector": {"matchLabels": LABELS}, "template": TEMPLATE}
HOOK = {
    "name": "a.example.com",
    "clientConfig": {"url": "https://example.com/hook"},
    "sideEffects": "None",
    "admissionReviewVersions": ["v1"],
    "rules": [
        {"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}
    ],
}
MATCH = {"resourceRules": HOOK["rules"]}
PEM = (
    "-----BEGIN CERTIFICATE REQUEST-----\n"
    + base64.encodebytes(b"x" * 100).decode()
    + "-----END CERTIFICATE REQUEST-----\n"
)
ROLE = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
SUBJECT = {"kind": "User", "name": "sarah", "apiGroup": "rbac.authorization.k8s.io"}
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
SCHEMA = {"type": "object", "properties": {"spec": {"type": "object"}}}
DEFINITION = {
    "group": "example.com",
    "scope": "Namespaced",
    "names": {"plural": "things", "kind": "Thing"},
    "versions": [
        {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": SCHEMA}}
    ],
}

DEVICES: dict[str, Any] = {
    "devices": {"requests": [{"name": "gpu", "exactly": {"deviceClassName": "gpu"}}]}
}

BODIES: dict[str, dict[str, Any]] = {
    "Namespace": {},
    "Node": {},
    "Pod": {"spec": POD},
    "Service": {"spec": {"selector": LABELS, "ports": [{"port": 80}]}},
    "ConfigMap": {"data": {"a": "b"}},
    "Secret": {"data": {"a": "Yg=="}},
    "Event": {"involvedObject": {"kind": "Pod", "name": "web", "namespace": "default"}},
    "ReplicaSet": {"spec": WORKLOAD},
    "Deployment": {"spec": WORKLOAD},
    "StatefulSet": {"spec": {**WORKLOAD, "serviceName": "web"}},
    "DaemonSet": {"spec": WORKLOAD},
    "ControllerRevision": {"data": {"spec": {}}, "revision": 1},
    "Job": {"spec": {"template": {"spec": JOB}}},
    "CronJob": {
        "spec": {
            "schedule": "*/5 * * * *",
            "jobTemplate": {"spec": {"template": {"spec": JOB}}},
        }
    },
    "HorizontalPodAutoscaler": {
        "spec": {
            "maxReplicas": 3,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        }
    },
    "EndpointSlice": {
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.0.0.1"]}],
        "ports": [{"port": 80, "name": "http"}],
    },
    "Lease": {"spec": {"holderIdentity": "me", "leaseDurationSeconds": 15}},
    "PodDisruptionBudget": {"spec": {"minAvailable": 1, "selector": {"matchLabels": LABELS}}},
    "PriorityClass": {"value": 5},
    "NetworkPolicy": {"spec": {"podSelector": {"matchLabels": LABELS}, "policyTypes": ["Ingress"]}},
    "Ingress": {"spec": {"defaultBackend": {"service": {"name": "web", "port": {"number": 80}}}}},
    "IngressClass": {"spec": {"controller": "example.com/ingress"}},
    "PersistentVolume": {
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": "/data"},
        }
    },
    "PersistentVolumeClaim": {"spec": CLAIM},
    "StorageClass": {"provisioner": "example.com/disk"},
    "VolumeAttachment": {
        "spec": {
            "attacher": "disk.example.com",
            "nodeName": "node-1",
            "source": {"persistentVolumeName": "pv"},
        }
    },
    "CSIDriver": {"spec": {}},
    "CSINode": {"spec": {"drivers": [{"name": "example.com", "nodeID": "n"}]}},
    "CSIStorageCapacity": {"storageClassName": "standard"},
    "ReplicationController": {"spec": {"selector": LABELS, "template": TEMPLATE}},
    "Endpoints": {"subsets": [{"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}]},
    "PodTemplate": {"template": {"spec": POD}},
    "RuntimeClass": {"handler": "runc"},
    "ValidatingWebhookConfiguration": {"webhooks": [HOOK]},
    "MutatingWebhookConfiguration": {"webhooks": [HOOK]},
    "ValidatingAdmissionPolicy": {
        "spec": {"matchConstraints": MATCH, "validations": [{"expression": "true"}]}
    },
    "ValidatingAdmissionPolicyBinding": {
        "spec": {"policyName": "p.example.com", "validationActions": ["Deny"]}
    },
    "MutatingAdmissionPolicy": {
        "spec": {
            "matchConstraints": MATCH,
            "reinvocationPolicy": "Never",
            "mutations": [
                {
                    "patchType": "ApplyConfiguration",
                    "applyConfiguration": {"expression": "Object{}"},
                }
            ],
        }
    },
    "MutatingAdmissionPolicyBinding": {"spec": {"policyName": "p.example.com"}},
    "APIService": {
        "spec": {
            "group": "example.com",
            "version": "v1",
            "groupPriorityMinimum": 100,
            "versionPriority": 10,
        }
    },
    "FlowSchema": {
        "spec": {
            "priorityLevelConfiguration": {"name": "catch-all"},
            "matchingPrecedence": 100,
        }
    },
    "PriorityLevelConfiguration": {
        "spec": {
            "type": "Limited",
            "limited": {"nominalConcurrencyShares": 10, "limitResponse": {"type": "Reject"}},
        }
    },
    "CertificateSigningRequest": {
        "spec": {
            "request": base64.b64encode(PEM.encode()).decode(),
            "signerName": "example.com/signer",
            "usages": ["client auth"],
        }
    },
    "VolumeAttributesClass": {"driverName": "csi.example.com", "parameters": {"a": "b"}},
    "ResourceClaim": {"spec": DEVICES},
    "ResourceClaimTemplate": {"spec": {"spec": DEVICES}},
    "DeviceClass": {"spec": {"selectors": [{"cel": {"expression": "true"}}]}},
    "ResourceSlice": {
        "spec": {
            "driver": "gpu.example.com",
            "pool": {"name": "worker-1", "generation": 1, "resourceSliceCount": 1},
            "nodeName": "worker-1",
            "devices": [{"name": "gpu-0", "attributes": {"index": {"int": 0}}}],
        }
    },
    "ServiceCIDR": {"spec": {"cidrs": ["10.200.0.0/16"]}},
    "IPAddress": {
        "spec": {"parentRef": {"resource": "services", "name": "web", "namespace": "default"}}
    },
    "CustomResourceDefinition": {"spec": DEFINITION},
    "ResourceQuota": {"spec": {"hard": {"pods": "10"}}},
    "LimitRange": {"spec": {"limits": [{"type": "Container", "max": {"cpu": "2"}}]}},
    "ServiceAccount": {},
    "Role": {"rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}]},
    "ClusterRole": {"rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}]},
    "RoleBinding": {"roleRef": ROLE, "subjects": [SUBJECT]},
    "ClusterRoleBinding": {"roleRef": ROLE, "subjects": [SUBJECT]},
}

NAMES = {
    "APIService": "v1.example.com",
    "CustomResourceDefinition": "things.example.com",
    "IPAddress": "10.96.3.4",
    "ValidatingAdmissionPolicy": "p.example.com",
}
KINDS: tuple[Kind, ...] = tuple(SCHEME)


def good(kind: Kind, name: str = "") -> dict[str, Any]:
    """A good object of this kind."""
    meta: dict[str, Any] = {"name": name or NAMES.get(kind.kind, "web")}
    if kind.namespaced:
        meta["namespace"] = "default"
    return {
        "apiVersion": kind.api_version,
        "kind": kind.kind,
        "metadata": meta,
        **BODIES[kind.kind],
    }
