"""A Kopf operator: a Bakery is a Deployment with one pod for each oven.

    kubectl apply -f bakery.yaml
    kopf run --namespace default kopf_operator.py

Create, change and delete a Bakery, and look at its Deployment, status and events.
"""

from __future__ import annotations

from typing import Any

import kopf
from kubernetes import client, config

BAKERIES = ("kopf.example", "v1", "bakeries")


@kopf.on.startup()
def prepare(settings: kopf.OperatorSettings, **_: Any) -> None:
    config.load_kube_config()
    settings.persistence.finalizer = "kopf.example/cold-ovens"
    settings.background.cancellation_polling = 0.5  # so long a deletion waits for the timer


@kopf.on.create(*BAKERIES)
def build(
    spec: kopf.Spec, name: str, namespace: str, body: kopf.Body, retry: int, **_: Any
) -> dict[str, str]:
    """Make the Deployment; the first try fails, as things do, and Kopf tries again."""
    if retry == 0:
        raise kopf.TemporaryError("the flour has not come yet", delay=0.5)
    labels = {"bakery": name}
    container = {"name": "oven", "image": "busybox", "command": ["sleep", "infinity"]}
    wanted = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": spec["ovens"],
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
    kopf.adopt(wanted)  # owned by the Bakery: deleted with it
    made = client.AppsV1Api().create_namespaced_deployment(namespace, wanted)
    kopf.info(body, reason="Built", message=f"{spec['ovens']} ovens are built")
    return {"deployment": made.metadata.name}


@kopf.on.update(*BAKERIES, field="spec.ovens")
def rebuild(old: int, new: int, name: str, namespace: str, body: kopf.Body, **_: Any) -> str:
    client.AppsV1Api().patch_namespaced_deployment_scale(
        name, namespace, {"spec": {"replicas": new}}
    )
    kopf.info(body, reason="Rebuilt", message=f"from {old} to {new} ovens")
    return f"{old} -> {new}"


@kopf.timer(*BAKERIES, interval=0.5)
def count(name: str, namespace: str, patch: kopf.Patch, status: kopf.Status, **_: Any) -> None:
    """Look every half second how many ovens are hot."""
    found = client.CoreV1Api().list_namespaced_pod(namespace, label_selector=f"bakery={name}")
    fired = sum(pod.status.phase == "Running" for pod in found.items)
    if status.get("fired") != fired:
        patch.status["fired"] = fired


@kopf.on.delete(*BAKERIES)
def close(name: str, namespace: str, logger: kopf.Logger, **_: Any) -> None:
    """The Bakery waits with its finalizer until this is done; it may be done twice, so: apply."""
    closed = f"{name}-is-closed"
    client.CoreV1Api().patch_namespaced_config_map(
        closed,
        namespace,
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": closed}},
        field_manager="bakery",
        _content_type="application/apply-patch+yaml",
    )
    logger.info("closed")
