"""Workloads that meet one safeguard each, and soon: what the broader ones seldom come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kubelite.api.policy_v1 import Eviction
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import MERGE_PATCH, STRATEGIC_PATCH, Request
from kubelite.chaos.acting import IMPATIENT, UNDONE, Wait, roll, wait
from kubelite.chaos.workloads import (
    Manifest,
    agents,
    another,
    budget,
    cron_job,
    database,
    job,
    namespace,
    priority_class,
    quota,
    service,
    web,
)
from kubelite.cluster import Cluster
from kubelite.controllers.deployment.revisions import template_hash
from kubelite.sim.chance import Stream

FOREGROUND, ORPHAN = "Foreground", "Orphan"


def shop(drains: int = 0, **container: Any) -> dict[str, Any]:
    """A container that needs so many seconds to end."""
    env = [{"name": "DRAIN_SECONDS", "value": str(drains)}] if drains else []
    return {"container": {"env": env, **container}}


def end(cluster: Cluster, kind: str, name: str, policy: str = "") -> None:
    """Delete something, and what it owns as ``policy`` says; what is not there is no trouble."""
    request = Request("delete", kind, "default", name, component="you", propagation_policy=policy)
    cluster.api.handle(request)


def asked(cluster: Cluster, manifest: Manifest) -> bool:
    """Whether the server takes it."""
    try:
        cluster.apply(manifest)
    except StatusError:
        return False
    return True


def refused(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A Deployment wants more pods than the quota of its namespace has, until that is raised."""
    cluster.apply([namespace("team"), quota("pods", 2, namespace="team")])
    yield wait(1)
    cluster.apply(web("web", 4), namespace="team")
    cluster.apply(job("sums", completions=2, parallelism=2, backoffLimit=100), namespace="team")
    yield wait(150 + 20 * draw.random())
    cluster.patch("resourcequota/pods", {"spec": {"hard": {"pods": "10"}}}, "team", MERGE_PATCH)


def reborn(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """Workloads are deleted in every way and made anew under their names at once; what has a
    second owner stays."""
    cluster.apply(web("rock", 1))
    for round in range(6):
        for made in (
            web("web", 2),
            database("db", 2),
            job("sums", "sleep 3", completions=3, parallelism=3, backoffLimit=100),
            service("web"),
        ):
            asked(cluster, made)
        yield wait(12 + 10 * draw.random())
        asked(cluster, shared("plan", cluster.get("deployments")))
        yield wait(1)
        if round == 5:
            return
        policy = ("", FOREGROUND, ORPHAN)[round % 3]
        end(cluster, "jobs.batch", "sums", policy)
        end(cluster, "deployments.apps", "web", policy)
        end(cluster, "statefulsets.apps", "db", policy)
        end(cluster, "services", "web")
        for kind, name in (("deployment", "web"), ("statefulset", "db")):
            alive = {"metadata": {"deletionTimestamp": None, "finalizers": None}}
            if policy == FOREGROUND and draw.random() < 0.5:
                alive["metadata"].pop("finalizers")
                try:
                    cluster.patch(f"{kind}/{name}", alive)
                except StatusError:
                    yield wait(0.1)
        yield wait(6 * draw.random() ** 2)


def shared(name: str, owners: Iterable[Any]) -> Manifest:
    """A ConfigMap that belongs to all of them."""
    references = [
        {"apiVersion": "apps/v1", "kind": o.kind, "name": o.metadata.name, "uid": o.metadata.uid}
        for o in owners
    ]
    meta = {"name": name, "ownerReferences": references}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}


def namesakes(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """Owners are deleted and made anew at once, and then there is something for them to take in."""
    owner = web("solo", 0)
    owner = {**owner, "kind": "ReplicaSet"}
    orphan = {"apiVersion": "v1", "kind": "Pod", **owner["spec"]["template"]}
    orphan["metadata"] = {"labels": {"app": "solo"}, "name": "solo-0"}
    cluster.apply(owner)
    yield wait(5)
    end(cluster, "replicasets.apps", "solo")
    asked(cluster, owner)
    yield wait(3)
    asked(cluster, orphan)
    yield wait(20)
    cluster.scale("replicaset/solo", 2)


def ailing(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A container fails at once, again and again, until its next version; another is not ready."""
    broken: dict[str, Any] = {
        "container": {"command": ["sh", "-c", "exit 1"], "image": "busybox:1.36"}
    }
    lost = [{"name": "LOSE_DATABASE_AFTER_SECONDS", "value": "30"}]
    probe = {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 1}
    half: dict[str, Any] = {"container": {"env": lost, "readinessProbe": probe}}
    cluster.apply([web("bad", 2, **broken), web("half", 1, **half), web("web", 2), service("web")])
    cluster.patch("service/web", {"spec": {"selector": {"app": None, "shop": "open"}}})
    for name in ("half", "web"):
        labels = {"spec": {"template": {"metadata": {"labels": {"shop": "open"}}}}}
        cluster.patch(f"deployment/{name}", labels)
    for _ in range(80):
        cluster.send_request("web")
        yield wait(2)
    good = {"name": "shop", "image": "shop:2.0", "command": None, "env": None}
    for name in ("bad", "half"):
        fixed = {"spec": {"template": {"spec": {"containers": [good]}}}}
        cluster.patch(f"deployment/{name}", fixed, patch_type=STRATEGIC_PATCH)


def goodbyes(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """Pods need long to end, and people ask their Service all the while."""
    cluster.apply([web("web", 3, **shop(drains=20)), service("web")])
    yield wait(15)
    for version in ("2.0", "3.0"):
        roll(cluster, "deployment/web", version)
        for _ in range(40):
            cluster.send_request("web")
            yield wait(2 * draw.random())
        yield wait(20)


def blackout(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """Most machines lose power for a while, then two, and then all of them."""
    cluster.apply(web("web", 4))
    cluster.apply(web("api", 3, tolerations=IMPATIENT))
    yield wait(20)
    for dark in (3, 2, 4):
        names = list(cluster.workers)[:dark]
        for name in names:
            cluster.workers[name].power_off()
        yield wait(95)
        for name in names:
            cluster.workers[name].power_on()
        yield wait(5)


def moved(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A StatefulSet's pods move with their disks, one from a machine that is dead; a claim that is
    in use is to go."""
    cluster.apply([service("db", clusterIP="None"), database("db", 3, drains=10)])
    yield wait(40)
    end(cluster, "persistentvolumeclaims", "data-db-1")
    yield wait(10)
    for node in ("node-1", "node-2", "node-3"):
        cluster.cordon(node)
        for pod in cluster.get("pods"):
            if pod.spec.node_name == node:
                asked_to_go(cluster, pod.metadata.name)
        yield wait(30 + 10 * draw.random())
        cluster.uncordon(node)
    there = cluster.get("pods")
    if not there:  # all have been evicted, and the first is still to be made
        yield UNDONE
        return
    lost = there[0]
    worker = cluster.workers[lost.spec.node_name or "node-1"]
    worker.power_off()
    yield wait(60)
    cluster.api.handle(
        Request(
            "delete", "pods", "default", lost.metadata.name, component="you",
            grace_period_seconds=0, precondition_uid=lost.metadata.uid,
        )
    )  # fmt: skip
    yield wait(25)
    worker.power_on()


def asked_to_go(cluster: Cluster, name: str) -> bool:
    """Whether an eviction is granted."""
    eviction = Eviction(metadata=ObjectMeta(name=name, namespace="default"))
    request = Request("create", "pods", "default", name, "eviction", eviction, "you")
    return cluster.api.handle(request).ok


def ranks(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """Machines are full; more important pods make room, and others wait for any that is free."""
    half: dict[str, Any] = {"resources": {"requests": {"cpu": "1800m"}}}
    cluster.apply([priority_class("gold", 1000), web("humble", 6, **shop(drains=20, **half))])
    cluster.apply(web("another", 2, **shop(**half)))
    yield wait(30)
    cluster.apply(web("proud", 3, priorityClassName="gold", **shop(drains=10, **half)))
    yield wait(3 + 4 * draw.random())
    cluster.scale("deployment/another", 3)
    yield wait(60)
    cluster.apply(web("prouder", 1, priorityClassName="gold", **shop(**half)))
    yield wait(40)
    cluster.scale("deployment/humble", 1)
    cluster.scale("deployment/another", 1)
    cluster.scale("deployment/proud", 2)


def recreated(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A Deployment ends all its pods before the next version; a name it needs is taken."""
    cluster.apply({**(made := web("web", 3, **shop(drains=8))), "spec": {
        **made["spec"], "strategy": {"type": "Recreate"}, "revisionHistoryLimit": 1}})  # fmt: skip
    yield wait(20)
    for version in ("2.0", "3.0", "4.0"):
        roll(cluster, "deployment/web", version)
        yield wait(25 + 5 * draw.random())
    cluster.apply(web("api", 2))
    yield wait(10)
    taken = cluster.get("deployment/api").spec.template
    container = taken.spec.containers[0]
    from kubelite.apimachinery.struct import replace

    fresh = replace(container, image="shop:2.0")
    template = replace(taken, spec=replace(taken.spec, containers=(fresh,)))
    stranger = web("api", 0)
    stranger["kind"] = "ReplicaSet"
    stranger["metadata"]["name"] = f"api-{template_hash(template, None)}"
    stranger["spec"]["selector"] = {"matchLabels": {"app": "stranger"}}
    stranger["spec"]["template"]["metadata"]["labels"] = {"app": "stranger"}
    cluster.apply(stranger)
    cluster.patch("deployment/api", another("2.0"), patch_type=STRATEGIC_PATCH)


def scaled(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """An autoscaler follows a load that comes in waves."""
    resources = {"requests": {"cpu": "200m"}, "limits": {"cpu": "1"}}
    cluster.apply([web("web", 2, container={"resources": resources}), service("web")])
    yield wait(20)
    cluster.autoscale("deployment/web", max=8, min=2, cpu=50)
    for rate in (120, 20, 150, 10):
        cluster.load("web", rate)
        yield wait(50 + 10 * draw.random())
    cluster.load("web", 0)
    cluster.delete("horizontalpodautoscaler/web")


def budgets(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """Evictions are asked for while budgets change, and several at the same moment."""
    cluster.apply([web("web", 4), budget("web", 2)])
    yield wait(20)
    for least in (4, 2, 3, 1, 4, 3):
        cluster.patch("poddisruptionbudget/web", {"spec": {"minAvailable": least}})
        if draw.random() < 0.5:
            yield wait(0.002 + 0.01 * draw.random())
        for _ in range(2):
            for pod in cluster.get("pods"):
                asked_to_go(cluster, pod.metadata.name)
            yield wait(1)
        yield wait(15 + 10 * draw.random())


def crowds(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A Service of more than a hundred pods; others ask for addresses that are taken."""
    cluster.apply([service("web", clusterIP="10.96.0.77"), web("web", 104)])
    doors = [{"name": "http", "port": 80, "targetPort": "http", "nodePort": 30077}]
    for number in range(3):
        asked(cluster, service(f"a{number}", clusterIP="10.96.0.77"))
        asked(cluster, service(f"b{number}", type="NodePort", ports=doors))
    yield wait(60)
    cluster.scale("deployment/web", 3)


def overlapping(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """CronJobs whose Jobs take longer than a minute: they wait, replace each other, or overlap."""
    for policy in ("Forbid", "Replace", "Allow"):
        made = cron_job(policy.lower(), concurrencyPolicy=policy, startingDeadlineSeconds=40)
        script = ["sh", "-c", "sleep 90"]
        made["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["command"] = script
        cluster.apply(made)
    yield wait(260 + 20 * draw.random())
    for policy in ("forbid", "replace", "allow"):
        cluster.patch(f"cronjob/{policy}", {"spec": {"suspend": True}})


def watchful(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """Daemons that need a while to be ready are rolled out over five machines."""
    probe = {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 1}
    slow = {"readinessProbe": probe, "env": [{"name": "START_SECONDS", "value": "6"}]}
    cluster.apply(agents("agent", container=slow))
    yield wait(30 + 10 * draw.random())
    for version in ("2.0", "3.0"):
        roll(cluster, "daemonset/agent", version)
        yield wait(80 + 20 * draw.random())


# DOC: chaos-tight-spots
TIGHT_SPOTS = (
    (refused, 3),
    (reborn, 3),
    (namesakes, 3),
    (ailing, 3),
    (goodbyes, 3),
    (blackout, 4),
    (moved, 3),
    (ranks, 3),
    (recreated, 3),
    (scaled, 3),
    (budgets, 3),
    (crowds, 3),
    (overlapping, 3),
    (watchful, 5),
)
"""Each with the number of machines it needs; rows of ``SCENARIOS``."""
