"""The workloads that meet faults: each a generator that acts, and lets time pass by ``yield``.

    def sale(cluster, draw):
        cluster.apply(web("shop", 3))
        yield wait(20)
        cluster.scale("deployment/shop", 5)

``draw`` is a stream of the seed, so that every seed has a workload of its own. What a scenario
does is done by people: its requests reach the server.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubelite.apimachinery.errors import StatusError
from kubelite.chaos.acting import IMPATIENT, UNDONE, Scenario, Wait, roll, wait
from kubelite.chaos.tight_spots import TIGHT_SPOTS
from kubelite.chaos.workloads import (
    agents,
    budget,
    cron_job,
    database,
    gpus,
    job,
    namespace,
    service,
    web,
)
from kubelite.cluster import Cluster
from kubelite.cluster.draining import DrainError
from kubelite.sim.chance import Stream


def undo(cluster: Cluster, what: str, version: str) -> None:
    """Go back; by hand if no controller has kept the version yet."""
    try:
        cluster.rollout_undo(what)
    except ValueError:
        roll(cluster, what, version)


def standard(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """Three Deployments are scaled, rolled out, rolled out again before that is over, and back."""
    for name, replicas in (("web", 3), ("api", 1), ("search", 2)):
        cluster.apply(web(name, replicas, tolerations=IMPATIENT))
    cluster.apply(service("web"))
    yield wait(20 + 10 * draw.random())
    cluster.scale("deployment/api", 3)
    roll(cluster, "deployment/web", "2.0")
    yield wait(1 + 4 * draw.random())
    roll(cluster, "deployment/web", "3.0")
    cluster.scale("deployment/web", 4)
    yield wait(40 + 40 * draw.random())
    roll(cluster, "deployment/search", "2.0")
    yield wait(2 + 10 * draw.random())
    undo(cluster, "deployment/search", "1.0")
    yield wait(40 + 40 * draw.random())
    cluster.scale("deployment/web", 2)


def stateful(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A StatefulSet with claims grows, is rolled out, and shrinks."""
    cluster.apply(service("db", clusterIP="None"))
    cluster.apply(database("db", 3))
    yield wait(30 + 20 * draw.random())
    cluster.scale("statefulset/db", 5)
    yield wait(20 + 20 * draw.random())
    roll(cluster, "statefulset/db", "2.0")
    yield wait(5 + 60 * draw.random())
    cluster.scale("statefulset/db", 2)


def jobs(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """Jobs: many parts at a time, indexed parts, one that fails, one that is deleted."""
    cluster.apply(job("import", completions=6, parallelism=2, backoffLimit=100))
    cluster.apply(
        job("pages", completions=4, parallelism=4, completionMode="Indexed", backoffLimit=100)
    )
    cluster.apply(job("broken", "exit 1", "Never", backoffLimit=2))
    yield wait(5 + 20 * draw.random())
    cluster.apply(job("gone", "sleep 1000", completions=2, parallelism=2))
    yield wait(5 + 20 * draw.random())
    cluster.delete("job/gone")


def scheduled(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A CronJob that must not overlap itself runs each minute, and is suspended in the end."""
    cluster.apply(cron_job("minutely", concurrencyPolicy="Forbid"))
    yield wait(240 + 20 * draw.random())
    cluster.patch("cronjob/minutely", {"spec": {"suspend": True}})


def daemons(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A DaemonSet is rolled out while a machine joins."""
    cluster.apply(agents("agent"))
    yield wait(20 + 20 * draw.random())
    roll(cluster, "daemonset/agent", "2.0")
    yield wait(5 * draw.random())
    cluster.add_node()
    yield wait(30)
    roll(cluster, "daemonset/agent", "3.0")


def drained(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """Machines are emptied one after the other under a disruption budget."""
    cluster.apply([web("web", 4), budget("web", 3)])
    yield wait(30)
    for node in ("node-1", "node-2"):
        try:
            cluster.drain(node, timeout=60)
        except (DrainError, TimeoutError, StatusError):
            yield wait(1)
        yield wait(10 * draw.random())
        cluster.uncordon(node)


def namespaces(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A namespace is deleted with all that is in it, and made anew under the same name."""
    for round in range(2):
        for _ in range(20):
            if "team" not in [found.metadata.name for found in cluster.get("namespaces")]:
                break
            yield wait(10)
        else:
            yield UNDONE  # the old one is still on its way out
            return
        cluster.apply(namespace("team"))
        cluster.apply([web("web", 3), service("web")], namespace="team")
        yield wait(20 + 10 * draw.random())
        if round == 0:
            cluster.delete("namespace/team")
            yield wait(20 + 40 * draw.random())


def traffic(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """People ask a Service all the time while its pods are replaced."""
    cluster.apply([web("web", 3), service("web", sessionAffinity="ClientIP")])
    yield wait(15)
    for version in ("2.0", "3.0"):
        roll(cluster, "deployment/web", version)
        for _ in range(20):
            cluster.send_request("web")
            yield wait(draw.random())
        yield wait(20)


def monkey(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """Things are deleted and made anew under their old names, with and without their pods."""
    for name in ("web", "api"):
        cluster.apply([web(name, 3), service(name)])
    for orphans in (False, True):
        yield wait(10 + 20 * draw.random())
        cluster.delete("service/web")
        if orphans:
            for found in cluster.get("replicasets"):
                cluster.patch(f"replicaset/{found.metadata.name}", {"metadata": {"labels": {}}})
        cluster.delete("deployment/api")
        yield wait(5 * draw.random())
        cluster.apply([web("api", 2, "2.0"), service("web")])


def leaders(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """Three control planes, of which one leads, while Deployments are scaled and rolled out."""
    cluster.apply([web("web", 3), web("api", 2)])
    yield wait(30 + 10 * draw.random())
    roll(cluster, "deployment/web", "2.0")
    yield wait(20 * draw.random())
    cluster.scale("deployment/api", 4)


def crowded(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """Pods that ask for much come and go on machines that are nearly full."""
    much: dict[str, Any] = {
        "container": {"resources": {"requests": {"cpu": "900m", "memory": "1Gi"}}}
    }
    cluster.apply([web("web", 5, **much), web("api", 4, **much)])
    yield wait(20 + 10 * draw.random())
    cluster.scale("deployment/web", 2)
    yield wait(2 * draw.random())
    cluster.scale("deployment/api", 7)
    yield wait(30)
    roll(cluster, "deployment/api", "2.0")


def devices(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """Pods with a GPU each come, go and are replaced, where there are just enough GPUs."""
    mine = [{"name": "gpu", "resourceClaimTemplateName": "gpu"}]
    train = web("train", 4, tolerations=IMPATIENT, resourceClaims=mine)
    cluster.apply([*gpus(nodes=3, each=2), train])
    yield wait(15 + 10 * draw.random())
    cluster.scale("deployment/train", 2)
    yield wait(3 * draw.random())
    cluster.scale("deployment/train", 5)
    yield wait(20 + 10 * draw.random())
    roll(cluster, "deployment/train", "2.0")
    yield wait(20 * draw.random())
    cluster.scale("deployment/train", 3)


# DOC: chaos-scenarios
SCENARIOS: dict[str, Scenario] = {
    act.__name__: Scenario((act.__doc__ or "").strip(), act, control_planes=planes)
    for act, planes in (
        (standard, 1),
        (stateful, 1),
        (jobs, 1),
        (scheduled, 1),
        (daemons, 1),
        (drained, 1),
        (namespaces, 1),
        (traffic, 1),
        (monkey, 1),
        (leaders, 3),
        (crowded, 1),
        (devices, 1),
    )
} | {act.__name__: Scenario((act.__doc__ or "").strip(), act, nodes) for act, nodes in TIGHT_SPOTS}
