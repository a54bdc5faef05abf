"""A cluster in which one application runs under the rules of its orchestrator."""

from __future__ import annotations

from typing import Any

from course.market.application import Application
from course.market.controller import DEFINITION, RESOURCE, MarketController, manifest
from course.market.placing import PROFILES
from course.market.tasks import SERVING
from kubelite import Cluster
from kubelite.controllers import CONTROLLERS

ZONE = "zone"


# DOC: market-open
def open_market(
    application: Application, nodes: int = 3, wait: bool = True, **options: Any
) -> Cluster:
    """A cluster with the application in it; ``options`` are those of ``Cluster``.

    Nodes carry the label ``zone``: a, b, c and again. With ``wait`` all copies are up. In front of
    them stands a Service of the application's name.
    """
    cluster = Cluster(
        nodes=0, controllers=(*CONTROLLERS, MarketController), profiles=PROFILES, **options
    )
    for number in range(nodes):
        cluster.add_node(labels={ZONE: "abc"[number % 3]})
    cluster.apply(DEFINITION)
    cluster.run_until(f"crd/{RESOURCE} established")
    cluster.run(10)
    cluster.apply(list(documents(application)))
    if wait:
        cluster.run_until(lambda _: up(cluster, application) == application.replicas)
        cluster.run(5)
    return cluster


def join(cluster: Cluster, application: Application) -> None:
    """One more application in a cluster that is there; all its copies are up then."""
    cluster.apply(list(documents(application)))
    cluster.run_until(lambda _: up(cluster, application) == application.replicas)


def documents(application: Application) -> tuple[dict[str, Any], ...]:
    """What is applied: the manifests of Kubernetes, or an object of our kind, and a Service."""
    if application.manifests:
        return application.manifests
    if not application.port:
        return (manifest(application),)
    return manifest(application), _service(application)


def _service(application: Application) -> dict[str, Any]:
    selector = {"app": application.name, SERVING: "yes"}
    ports = [{"port": 80, "targetPort": application.port}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": application.name},
        "spec": {"selector": selector, "ports": ports},
    }


def pods(cluster: Cluster, application: Application) -> list[Any]:
    """The pods of the application, those that have ended included."""
    return list(cluster.get("pods", selector=f"app={application.name}"))


def up(cluster: Cluster, application: Application) -> int:
    """How many copies are ready, on machines that are on."""
    return sum(
        any(one.type == "Ready" and one.status == "True" for one in pod.status.conditions)
        and pod.metadata.deletion_timestamp is None
        and pod.metadata.labels.get(SERVING, "yes") == "yes"
        and cluster.workers[pod.spec.node_name].powered
        for pod in pods(cluster, application)
    )


def where(cluster: Cluster, application: Application) -> dict[str, int]:
    """Copies that run, by node."""
    found = dict.fromkeys(cluster.get("nodes").names, 0)
    for pod in pods(cluster, application):
        running = pod.status.phase == "Running" and not pod.metadata.deletion_timestamp
        if running and cluster.workers[pod.spec.node_name].powered:
            found[pod.spec.node_name] += 1
    return found


def scale(cluster: Cluster, application: Application, replicas: int) -> None:
    """Ask for another number of copies."""
    kind = "deployment" if application.manifests else "foreignapp"
    cluster.scale(f"{kind}/{application.name}", replicas)
