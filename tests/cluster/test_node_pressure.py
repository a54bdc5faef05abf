"""A machine that runs short of memory."""

from __future__ import annotations

from typing import Any

from kubelite import Cluster
from kubelite.api.conditions import condition
from kubelite.api.core_v1 import Container, Pod, PodSpec, ResourceRequirements
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.quantity import Quantity
from kubelite.kubelet.eviction import Victim, ranked

MEMORY = "node.kubernetes.io/memory-pressure"


def leaking(name: str = "leaky", **spec: Any) -> dict[str, Any]:
    leak = {"name": "LEAK_MB_PER_MINUTE", "value": "200"}
    shop = {"name": "shop", "image": "shop:1.0", "env": [leak]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [shop], **spec},
    }


def calm(name: str, **container: Any) -> dict[str, Any]:
    nginx = {"name": "nginx", "image": "nginx", **container}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [nginx]},
    }


def pressed(cluster: Cluster) -> str:
    found = condition(cluster.get("node/node-1"), "MemoryPressure")
    return str(found.status) if found else ""


def test_a_leak_without_a_limit_ends_in_an_eviction() -> None:
    cluster = Cluster(nodes=1, memory="1Gi")
    cluster.apply([leaking(), calm("calm", resources={"requests": {"memory": "64Mi"}})])
    cluster.run(120)
    assert pressed(cluster) == "False"
    cluster.run(180)
    pod = cluster.get("pod/leaky")
    assert (pod.status.phase, pod.status.reason) == ("Failed", "Evicted")
    assert pod.status.message.startswith(
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: "
    )
    assert "Container shop was using" in pod.status.message
    assert "request is 0, has larger consumption of memory. " in pod.status.message
    target = condition(pod, "DisruptionTarget")
    assert target is not None and target.reason == "TerminationByKubelet"
    assert cluster.get("pod/calm").status.phase == "Running"
    assert [e.reason for e in cluster.events("node/node-1")][-2:] == [
        "NodeHasInsufficientMemory",
        "EvictionThresholdMet",
    ]


def test_under_pressure_nobody_comes_who_has_promised_nothing_for_five_minutes() -> None:
    cluster = Cluster(nodes=1, memory="1Gi")
    cluster.apply(leaking())
    cluster.run(280)
    node = cluster.get("node/node-1")
    assert pressed(cluster) == "True"
    assert [(taint.key, taint.effect) for taint in node.spec.taints] == [(MEMORY, "NoSchedule")]
    forced = calm("forced")
    forced["spec"]["nodeName"] = "node-1"
    cluster.apply(forced)
    cluster.run(5)
    refused = cluster.get("pod/forced").status
    assert (refused.reason, refused.message) == (
        "Evicted",
        "Pod was rejected: The node had condition: [MemoryPressure]. ",
    )
    cluster.run(320)
    assert pressed(cluster) == "False"
    assert cluster.get("node/node-1").spec.taints == ()
    assert cluster.events("node/node-1")[-1].reason == "NodeHasSufficientMemory"


def victim(name: str, used: int, asked: int = 0, priority: int = 0) -> Victim:
    resources = ResourceRequirements(requests={"memory": Quantity.of(asked)} if asked else {})
    container = Container(name="main", resources=resources)

    class Worker:
        pod = Pod(
            metadata=ObjectMeta(name=name),
            spec=PodSpec(containers=(container,), priority=priority),
        )

    return Victim(Worker(), (("main", used),))  # type: ignore[arg-type]


def test_who_goes_first() -> None:
    order = ranked(
        [
            victim("within", 500, 600),
            victim("important", 900, 100, priority=10),
            victim("a little beyond", 200, 100),
            victim("far beyond", 800, 100),
            victim("within, humble", 500, 600, priority=-1),
        ]
    )
    assert [one.pod.metadata.name for one in order] == [
        "far beyond",
        "a little beyond",
        "important",
        "within, humble",
        "within",
    ]
