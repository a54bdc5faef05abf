"""Small stories, short enough that every call and every event in them can go wrong once.

Like the workloads in ``scenarios``, but each does one thing to a few objects, always the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubelite.apimachinery.rest import Request
from kubelite.chaos.acting import IMPATIENT, Scenario, Wait, roll, wait
from kubelite.chaos.scenarios import undo
from kubelite.chaos.workloads import agents, another, budget, cron_job, database, job, service, web
from kubelite.cluster import Cluster
from kubelite.cluster.machines import LEARNER
from kubelite.sim.chance import Stream


def scale_up(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A Deployment grows."""
    cluster.apply(web("web", 1))
    yield wait(5)
    cluster.scale("deployment/web", 3)


def scale_down(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A Deployment shrinks."""
    cluster.apply(web("web", 3))
    yield wait(10)
    cluster.scale("deployment/web", 1)


def rolling_update(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A Deployment gets a new version."""
    cluster.apply(web("web", 2))
    yield wait(10)
    roll(cluster, "deployment/web", "2.0")


def rollback(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A version that cannot be pulled is taken back."""
    cluster.apply(web("web", 2))
    yield wait(10)
    roll(cluster, "deployment/web", "none-such")
    yield wait(5)
    undo(cluster, "deployment/web", "1.0")


def node_lost(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A machine loses its power for so long that its pods are replaced, and comes back."""
    cluster.apply(web("web", 2, tolerations=IMPATIENT))
    yield wait(10)
    cluster.workers["node-1"].power_off()
    yield wait(80)
    cluster.workers["node-1"].power_on()


def drain(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A machine is emptied under a disruption budget, one pod after the other."""
    cluster.apply([web("web", 2), budget("web", 1)])
    yield wait(10)
    for node in ("node-1", "node-2"):
        cluster.cordon(node)
        for pod in cluster.get("pods"):
            if pod.spec.node_name == node:
                evict(cluster, pod.metadata.name)
        yield wait(15)
        cluster.uncordon(node)


def evict(cluster: Cluster, pod: str) -> None:
    """Ask a pod to leave once; a budget may say no."""
    eviction = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": pod, "namespace": "default"},
    }
    asked = Request("create", "pods", "default", pod, "eviction", eviction, LEARNER)
    cluster.api.handle(asked)


def stateful_update(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A StatefulSet with claims gets a new version, pod by pod."""
    cluster.apply([service("db", clusterIP="None"), database("db", 2)])
    yield wait(20)
    roll(cluster, "statefulset/db", "2.0")


def job_with_retries(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """One Job succeeds twice, another fails for good after its second attempt."""
    cluster.apply(job("import", "sleep 2", completions=2, parallelism=1, backoffLimit=50))
    cluster.apply(job("broken", "exit 1", "Never", backoffLimit=1))
    yield wait(1)


def cascading_deletion(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """What others own goes with its owner: after it, or before it; and a finalizer holds it."""
    for name in ("web", "api"):
        cluster.apply(web(name, 1))
    cluster.patch("deployment/web", {"metadata": {"finalizers": ["example.com/backup"]}})
    yield wait(8)
    for name, policy in (("web", "Background"), ("api", "Foreground")):
        where = ("deployments.apps", "default", name)
        asked = Request("delete", *where, component=LEARNER, propagation_policy=policy)
        cluster.api.handle(asked).unwrap()
    yield wait(10)
    cluster.patch("deployment/web", {"metadata": {"finalizers": None}})


def service_endpoints(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """The pods behind a Service come and go."""
    cluster.apply([web("web", 2), service("web")])
    yield wait(10)
    cluster.delete(f"pod/{cluster.get('pods')[0].metadata.name}")
    yield wait(5)
    cluster.patch("service/web", {"spec": {"selector": {"app": "other"}}})
    yield wait(2)
    cluster.patch("service/web", {"spec": {"selector": {"app": "web"}}})


def daemon_joins(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A machine joins while a DaemonSet gets a new version."""
    cluster.apply(agents("agent"))
    yield wait(8)
    cluster.patch("daemonset/agent", another("2.0"))
    cluster.add_node()


def cron_ticks(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A CronJob that must not overlap itself runs twice, and is suspended."""
    cluster.apply(cron_job("minutely", concurrencyPolicy="Forbid"))
    yield wait(130)
    cluster.patch("cronjob/minutely", {"spec": {"suspend": True}})


def namespace_ends(cluster: Cluster, draw: Stream) -> Iterator[Wait]:
    """A namespace is deleted with all that is in it."""
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team"}})
    cluster.apply([web("web", 1), service("web")], namespace="team")
    yield wait(8)
    cluster.delete("namespace/team")


# DOC: chaos-small-scenarios
SMALL: dict[str, Scenario] = {
    act.__name__.replace("_", "-"): Scenario((act.__doc__ or "").strip(), act, 2, 1, seconds)
    for act, seconds in (
        (scale_up, 30),
        (scale_down, 30),
        (rolling_update, 30),
        (rollback, 30),
        (node_lost, 130),
        (drain, 60),
        (stateful_update, 60),
        (job_with_retries, 60),
        (cascading_deletion, 40),
        (service_endpoints, 40),
        (daemon_joins, 40),
        (cron_ticks, 160),
        (namespace_ends, 30),
    )
}
