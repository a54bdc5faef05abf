"""What exercises about a broken shop share: Sarah's Deployment, and the street after a cure.

``deployment`` is the shop as it should be; a scenario breaks one thing of it. ``cured`` takes an
answer on a fresh scenario and lets time pass. ``replace_pods`` is the day on which everything is
made anew: what was put right by hand on one pod is gone after it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course.grading.operating import Operator
from course.grading.shop import Street
from kubelite import Cluster

READY = {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 2}


def deployment(
    replicas: int = 4,
    name: str = "shop",
    image: str = "sarahs-shop:1.0",
    labels: dict[str, str] | None = None,
    container: dict[str, Any] | None = None,
    pod: dict[str, Any] | None = None,
    **spec: Any,
) -> dict[str, Any]:
    """A Deployment of the shop, with what its container, its pods and its spec need besides.

    A field of the container that is None is left out.
    """
    labels = labels or {"app": name}
    main = {"name": name, "image": image, "ports": [{"containerPort": 8080}]}
    main |= {"resources": {"requests": {"cpu": "250m", "memory": "128Mi"}}}
    main |= {"readinessProbe": READY, **(container or {})}
    main = {key: value for key, value in main.items() if value is not None}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [main], **(pod or {})}}
    whole = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {**whole, **spec},
    }


def cured(scenario: Callable[[int], Cluster], answer: Any, seed: int, wait: float = 60) -> Street:
    """The street so many seconds after an answer was taken. Raises AnswerError."""
    cluster = scenario(seed)
    Operator(cluster, seconds=900).take(answer)
    cluster.run(wait)
    return Street(seed, cluster)


def replace_pods(street: Street, wait: float = 40) -> None:
    """Delete every pod of the namespace, whoever made it, and let time pass."""
    for pod in street.cluster.get("pods"):
        street.cluster.delete(f"pod/{pod.metadata.name}")
    street.cluster.run(wait)
