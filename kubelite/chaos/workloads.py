"""The manifests that scenarios are made of: small, and with nothing in them that needs luck."""

from __future__ import annotations

from typing import Any

Manifest = dict[str, Any]


def web(name: str, replicas: int, version: str = "1.0", **pod: Any) -> Manifest:
    """A Deployment of the shop without probes: ready as soon as it runs."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": template(name, version, **pod),
        },
    }


def template(app: str, version: str = "1.0", **pod: Any) -> Manifest:
    """Pods of the shop that end quickly when they are asked to."""
    shop = {
        "name": "shop",
        "image": f"shop:{version}",
        "ports": [{"name": "http", "containerPort": 8080}],
        **pod.pop("container", {}),
    }
    return {"metadata": {"labels": {"app": app}}, "spec": {"containers": [shop], **pod}}


def gpus(nodes: int, each: int) -> list[Manifest]:
    """So many GPUs on each of the first nodes, a class of them, and a template for one."""
    api = {"apiVersion": "resource.k8s.io/v1"}
    one = {"name": "gpu", "exactly": {"deviceClassName": "gpu"}}
    found: list[Manifest] = [
        {**api, "kind": "DeviceClass", "metadata": {"name": "gpu"}, "spec": {}},
        {
            **api,
            "kind": "ResourceClaimTemplate",
            "metadata": {"name": "gpu"},
            "spec": {"spec": {"devices": {"requests": [one]}}},
        },
    ]
    for node in (f"node-{number}" for number in range(1, nodes + 1)):
        pool = {"name": node, "generation": 1, "resourceSliceCount": 1}
        devices = [{"name": f"gpu-{number}"} for number in range(each)]
        spec = {"driver": "gpu.example.com", "pool": pool, "nodeName": node, "devices": devices}
        found.append({**api, "kind": "ResourceSlice", "metadata": {"name": node}, "spec": spec})
    return found


def another(version: str) -> Manifest:
    """A strategic merge patch: the same workload in another version."""
    containers = [{"name": "shop", "image": f"shop:{version}"}]
    return {"spec": {"template": {"spec": {"containers": containers}}}}


def service(name: str, **spec: Any) -> Manifest:
    """A Service in front of the pods of an app."""
    ports = [{"name": "http", "port": 80, "targetPort": "http"}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {"app": name}, "ports": ports, **spec},
    }


def database(name: str, replicas: int, drains: int = 0) -> Manifest:
    """A StatefulSet with a claim for each of its pods, which need so many seconds to end."""
    wanted = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    mounted: dict[str, Any] = {"volumeMounts": [{"name": "data", "mountPath": "/data"}]}
    if drains:
        mounted["env"] = [{"name": "DRAIN_SECONDS", "value": str(drains)}]
    mould = web(name, replicas, container=mounted)
    claims = [{"metadata": {"name": "data"}, "spec": wanted}]
    spec = {**mould["spec"], "serviceName": name, "volumeClaimTemplates": claims}
    return {**mould, "kind": "StatefulSet", "spec": spec}


def agents(name: str, **pod: Any) -> Manifest:
    """A DaemonSet."""
    mould = web(name, 1, **pod)
    spec = {key: value for key, value in mould["spec"].items() if key != "replicas"}
    return {**mould, "kind": "DaemonSet", "spec": spec}


def job(name: str, script: str = "sleep 5", policy: str = "OnFailure", **spec: Any) -> Manifest:
    """A Job of a small script."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"template": script_pod(script, policy), **spec},
    }


def cron_job(name: str, schedule: str = "* * * * *", **spec: Any) -> Manifest:
    """A CronJob of a small script."""
    inner = {"spec": {"template": script_pod("sleep 5", "OnFailure"), "backoffLimit": 100}}
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": name},
        "spec": {"schedule": schedule, "jobTemplate": inner, **spec},
    }


def script_pod(script: str, policy: str) -> Manifest:
    """The template of a pod that runs a script to its end."""
    main = {"name": "main", "image": "busybox:1.36", "command": ["sh", "-c", script]}
    return {"spec": {"restartPolicy": policy, "containers": [main]}}


def budget(name: str, least: int) -> Manifest:
    """A PodDisruptionBudget of an app."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": name},
        "spec": {"minAvailable": least, "selector": {"matchLabels": {"app": name}}},
    }


def namespace(name: str) -> Manifest:
    """A Namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def quota(name: str, pods: int, namespace: str = "default") -> Manifest:
    """A ResourceQuota of so many pods."""
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"hard": {"pods": str(pods)}},
    }


def priority_class(name: str, value: int) -> Manifest:
    """A PriorityClass."""
    kind = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass"}
    return {**kind, "metadata": {"name": name}, "value": value}
