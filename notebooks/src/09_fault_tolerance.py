# %% [markdown]
# Containers break, machines lose their power, and the control plane is made of machines as well. Kubernetes repairs a good deal of
# it by itself. This chapter breaks one thing after the other under a stream of customers and counts: what was repaired, how
# long it took, and who paid for it.

# %%
from collections import Counter
from typing import Any

import yaml

from course.lesson import Cluster, ClusterView, predict, quiz, show, timeline
from kubelite.controllers import CONTROLLERS
from kubelite.controllers.replicaset import ReplicaSetController

# %%
SHOP = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: shop
          image: shop:1.0
          resources:
            requests: {cpu: 500m, memory: 128Mi}
          readinessProbe:
            httpGet: {path: /ready, port: 8080}
            periodSeconds: 5
            failureThreshold: 1
          livenessProbe:
            httpGet: {path: /healthz, port: 8080}
            periodSeconds: 10
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
"""


def shop(replicas: int = 3, pod: Any = None, **env: Any) -> list[Any]:
    """Deployment and Service; ``pod`` adds fields to the pod, ``env`` are the shop's options."""
    deployment, service = yaml.safe_load_all(SHOP)
    deployment["spec"]["replicas"] = replicas
    spec = deployment["spec"]["template"]["spec"]
    spec.update(pod or {})
    (container,) = spec["containers"]
    variables = {"DRAIN_SECONDS": 3, **env}
    container["env"] = [{"name": name, "value": str(value)} for name, value in variables.items()]
    return [deployment, service]


def opened(replicas: int = 3, nodes: int = 3, **options: Any) -> Cluster:
    """A cluster in which the shop is open."""
    cluster = Cluster(nodes=nodes)
    cluster.apply(shop(replicas, **options))
    cluster.run_until("deployment/web ready")
    cluster.run(5)
    return cluster


def customers(cluster: Cluster, seconds: int) -> list[Any]:
    """One customer a second; what each of them got."""
    answers: list[Any] = []
    for _ in range(seconds):
        cluster.send_request("web", "/checkout", answers.append)
        cluster.run(1)
    cluster.run(6)
    return answers


def lost(answers: list[Any]) -> int:
    """How many did not get what they came for."""
    return sum(not answer.ok for answer in answers)


def where(cluster: Cluster) -> dict[str, int]:
    """Pods that are ready, by node."""
    ready = Counter(
        pod.spec.node_name
        for pod in cluster.get("pods", selector="app=web")
        if not pod.metadata.deletion_timestamp
        and any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions)
    )
    return {name: ready[name] for name in cluster.get("nodes").names}


# %% [markdown]
# ## One container hangs
#
# One copy of three stops answering, after a minute. Nobody is at work; it is night.

# %% jupyter={"source_hidden": true}
predict(
    "One of three copies hangs at 60 s. Which probe helps the customers first?",
    [
        "Liveness: the container is restarted",
        "Readiness: the pod is left out, whatever happens to it later",
        "Both at the same moment",
    ],
    answer="Readiness: the pod is left out, whatever happens to it later",
    why="Here readiness asks every 5 s and acts on the first no; liveness asks every 10 s and waits for three. And after that a "
    "container that hangs has to be killed, which takes its grace period.",
)

# %% tags=["claim:ensures-responsive", "claim:terminates-unhealthy", "claim:out-and-back", "claim:replaced-at-last"]
cluster = opened(2)
ill = shop(1, HANG_AFTER_SECONDS=60)[0]
ill["metadata"]["name"] = "web-ill"
ill["spec"]["selector"]["matchLabels"]["copy"] = "ill"
ill["spec"]["template"]["metadata"]["labels"]["copy"] = "ill"
cluster.apply(ill)
cluster.run_until("deployment/web-ill ready")
began = cluster.elapsed
answers = customers(cluster, 180)
(pod,) = cluster.get("pods", selector="copy=ill")
print(
    f"{lost(answers)} of {len(answers)} orders lost, {pod.status.container_statuses[0].restart_count} restart"
)
assert 0 < lost(answers) <= 8
assert pod.status.container_statuses[0].restart_count >= 1

# %%
timeline(
    cluster,
    "deployment/web-ill",
    since=began,
    title="A copy that hangs: left out, restarted, let in again",
)

# %% [markdown]
# A few orders were lost between the moment it hung and the first question that failed. Then it was out of the Service; then it was
# restarted; then it said yes, and customers came again. Nobody got up. (A minute later the new container hangs as well: a restart mends
# no program.)
#
# > **In real life** (November 2026). One reads that unhealthy containers are taken out of circulation and, if they do not
# > recover, replaced. Two different probes do these two things, each only if you have declared it; and what is replaced
# > is the container, not the pod.
# > *Source: kubernetes.io, Liveness, Readiness, and Startup Probes.*
#
# ## One copy, three copies
#
# Self-healing takes time. What happens to customers in that time is a matter of copies. Once a minute a pod is killed.


# %%
def under_attack(replicas: int) -> tuple[int, int]:
    """Customers lost and served while every minute one pod is killed."""
    cluster = opened(replicas, START_SECONDS=10)
    answers: list[Any] = []
    for _ in range(5):
        name = cluster.get("pods", selector="app=web")[0].metadata.name
        cluster.delete(f"pod/{name}", grace_period_seconds=0)
        answers += customers(cluster, 54)
    return lost(answers), len(answers)


# %% jupyter={"source_hidden": true}
predict(
    "Every minute a pod is killed without warning; a new one needs 10 s to open. One copy loses about 15 s of customers each time. "
    "And three copies?",
    ["A third of that", "Almost nobody", "The same: what is killed is killed"],
    answer="Almost nobody",
    why="The others answer. What is lost is only what is sent to the dead one before its address is off the list.",
)

# %%
for replicas in (1, 3):
    gone, all_of_them = under_attack(replicas)
    print(
        f"copies: {replicas}, {gone:>3} of {all_of_them} orders lost ({1 - gone / all_of_them:.1%} served)"
    )
    assert gone > 40 if replicas == 1 else gone <= 5

# %% [markdown]
# ## A node loses its power
#
# Three copies on three machines; one machine goes dark.

# %% tags=["claim:traffic-to-healthy-only"]
cluster = opened(3)
print(where(cluster))
began = cluster.elapsed
cluster.kill_node("node-1")
first = customers(cluster, 54)
then = customers(cluster, 54)
print(
    f"first minute: {lost(first)} of {len(first)} lost; second minute: {lost(then)} of {len(then)} lost"
)
assert lost(first) >= 10
assert lost(then) <= 3

# %% [markdown]
# For nearly a minute one customer in three was sent to a machine that was not there. Then 50 s of silence had passed, the node was
# called unreachable, and its pod was taken off the list. The new pod comes later, when the 300 s of toleration are over. So
# high availability is the *two others*, from the first second to the last; self-healing brings the third back.
#
# ### All on one machine
#
# It helps only if the copies are not together. The scheduler likes to spread, but when nothing else fits it packs. Below, two
# nodes are full, so that all three copies end up on one.

# %% jupyter={"source_hidden": true}
predict(
    "Two of three nodes are busy with other work when the shop is started. Where do its copies go, and later, when the others are "
    "free again?",
    [
        "All on the third node; later they spread by themselves",
        "All on the third node, where they stay",
        "One is placed; the others wait for another node",
    ],
    answer="All on the third node, where they stay",
    why="Spreading is a preference, unless you say otherwise. And a pod that runs is not moved.",
)

# %%
FILLER = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "filler"},
    "spec": {
        "nodeName": "node-2",
        "containers": [
            {"name": "work", "image": "shop:1.0", "resources": {"requests": {"cpu": "3900m"}}}
        ],
    },
}


def crowded(pod: Any = None) -> Cluster:
    """node-2 and node-3 are full when the shop starts, and empty half a minute later."""
    cluster = Cluster(nodes=3)
    for node in ("node-2", "node-3"):
        filler = {**FILLER, "metadata": {"name": f"filler-{node}"}}
        filler["spec"] = {**FILLER["spec"], "nodeName": node}
        cluster.apply(filler)
    cluster.run(10)
    cluster.apply(shop(3, pod=pod))
    cluster.run(30)
    for node in ("node-2", "node-3"):
        cluster.delete(f"pod/filler-{node}", grace_period_seconds=0)
    cluster.run(60)
    return cluster


cluster = crowded()
print(where(cluster))
assert where(cluster) == {"node-1": 3, "node-2": 0, "node-3": 0}
cluster.kill_node("node-1")
answers = customers(cluster, 60)
print(f"{lost(answers)} of {len(answers)} orders lost")
assert lost(answers) >= 55

# %% [markdown]
# With `topologySpreadConstraints` and `DoNotSchedule` it is a demand: at most one copy more on one node than on another. Then copies
# wait rather than sit together.

# %%
SPREAD = {
    "topologySpreadConstraints": [
        {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": {"matchLabels": {"app": "web"}},
        }
    ]
}
cluster = crowded(SPREAD)
print(where(cluster))
assert where(cluster) == {"node-1": 1, "node-2": 1, "node-3": 1}
cluster.kill_node("node-1")
answers = customers(cluster, 60)
print(f"{lost(answers)} of {len(answers)} orders lost")
assert lost(answers) <= 30

# %% [markdown]
# With `topology.kubernetes.io/zone` as the key the same holds for zones: rooms or buildings that do not fail together. You arrange that
# yourself in the last exercise of this chapter.
#
# ## Planned work
#
# Machines are also switched off on purpose. `drain` asks for the eviction of each pod. How many may be away at the same time is for
# the owner of the shop to say, in a *PodDisruptionBudget*.

# %% jupyter={"source_hidden": true}
predict(
    "Two copies, both on node-1, no budget. node-1 is drained. What do the customers notice?",
    ["Nothing: eviction is gentle", "For a while nobody answers", "One in two orders is lost"],
    answer="For a while nobody answers",
    why="Both are evicted at once, each gently. Their replacements need time to open.",
)


# %%
def drained(budget: bool) -> tuple[int, int]:
    """Orders lost and all orders while the node with both copies is drained."""
    cluster = Cluster(nodes=1)
    cluster.apply(shop(2, START_SECONDS=10))
    if budget:
        cluster.apply(
            {
                "apiVersion": "policy/v1",
                "kind": "PodDisruptionBudget",
                "metadata": {"name": "web"},
                "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}},
            }
        )
    cluster.run_until("deployment/web ready")
    cluster.add_node()
    cluster.run(30)
    answers: list[Any] = []

    def another() -> None:
        cluster.send_request("web", "/checkout", answers.append)
        if len(answers) < 100:
            cluster.clock.after(1_000_000, another)

    another()
    report = cluster.drain("node-1")
    print(*report, sep="\n")
    cluster.run(60)
    return lost(answers), len(answers)


without, _ = drained(budget=False)
with_budget, _ = drained(budget=True)
print(f"lost without a budget: {without}, with one: {with_budget}")
assert without >= 5
assert with_budget == 0

# %% [markdown]
# ## The control plane fails
#
# Who repairs, when what repairs is broken? Components that must not decide twice, the scheduler and the controller manager, run on
# several machines, and one of each *leads*. The lead is a lease, an object that has to be renewed.

# %%
cluster = Cluster(nodes=3, control_planes=3)
cluster.apply(shop())
cluster.run_until("deployment/web ready")
leader = cluster.leader("kube-controller-manager")
print("leads:", leader)

# %% jupyter={"source_hidden": true}
predict(
    "The leading controller manager dies. Do customers notice?",
    ["Yes, for about 15 s", "No", "Yes, until somebody starts it again"],
    answer="No",
    why="Pods run on nodes and are reached through rules on nodes. The control plane is needed when something has to change.",
)

# %% tags=["claim:self-healing"]
stopped = cluster.elapsed
cluster.stop_component("kube-controller-manager")
answers = customers(cluster, 5)
name = cluster.get("pods").names[0]
cluster.delete(f"pod/{name}")
cluster.run(5)
print(
    "pods five seconds later:",
    len([p for p in cluster.get("pods") if not p.metadata.deletion_timestamp]),
)
cluster.run_until(lambda c: c.leader("kube-controller-manager") not in ("", leader), timeout=60)
print(
    f"a new leader after {cluster.elapsed - stopped:.0f} s:",
    cluster.leader("kube-controller-manager"),
)
cluster.run(20)
alive = [p for p in cluster.get("pods") if not p.metadata.deletion_timestamp]
print("pods now:", len(alive))
assert lost(answers) == 0
assert len(alive) == 3

# %% [markdown]
# Nobody mended anything for some seconds; then another copy held the lease, looked at what there was, and went on. It had not
# to be told what the first one was about to do. Chapter 06 takes the control plane apart, and the store with it.

# %%
show("leader-election")

# %%
ClusterView(cluster, title="After the change of leaders")

# %% [markdown]
# ## A message that nobody heard
#
# A controller sleeps until a message wakes it: this pod has ended. What if one is lost? Below is a ReplicaSet controller that is hard
# of hearing. Its own copy of all pods is right, as ever; it only does not look.


# %%
class HardOfHearing(ReplicaSetController):
    """Is not woken when a pod ends."""

    def _pod_updated(self, old: Any, pod: Any) -> None:
        if pod.metadata.deletion_timestamp is None:
            super()._pod_updated(old, pod)

    def _pod_deleted(self, pod: Any) -> None:
        """Nothing is heard of it."""


# %% jupyter={"source_hidden": true}
predict(
    "One of three pods is deleted, and this controller is not told. Nobody touches the cluster. When is the pod replaced?",
    ["Within a minute", "Some time in the next day", "Never"],
    answer="Some time in the next day",
    why="Twelve to 24 hours after it began, the controller manager has all its controllers look at all that they keep, "
    "told or not. Until then nothing wakes this one.",
)

# %%
rows = [HardOfHearing if row is ReplicaSetController else row for row in CONTROLLERS]
cluster = Cluster(controllers=rows)
cluster.apply(shop())
cluster.run_until("deployment/web ready")
cluster.delete(f"pod/{cluster.get('pods').names[0]}")
cluster.run(3600)
print(f"after an hour: {len(cluster.get('pods'))} pods, and an old truth:")
print(cluster.get("deployments"))
assert len(cluster.get("pods")) == 2
waited = 3600 + cluster.run_until(lambda c: len(c.get("pods")) == 3, timeout=24 * 3600)
print(f"the third pod was made after {waited / 3600:.1f} hours")
assert 12 <= waited / 3600 <= 24
show("informer-resync")

# %% [markdown]
# That is the last net, not the first. What is seldom lost need not be searched for often; and a controller that compares what is wanted
# with what is there needs no list of what it missed.
#
# > **In real life** (November 2026). The period is `--min-resync-period` of kube-controller-manager, 12 hours unless set, times a
# > factor between one and two that is drawn at its start, so that not all look at once. It looks at its own copy and asks the API
# > server for nothing.
# > *Sources: kubernetes.io, kube-controller-manager; kubernetes/kubernetes, cmd/kube-controller-manager/app (looked up November 2026).*

# %% [markdown]
# > **In real life** (November 2026). High availability of the control plane itself is three machines or more, because etcd needs
# > a majority; managed services do that for you. And "generally self-healing" leaves out what no controller can mend: a
# > program that is wrong, a disk that is full, a cluster that has no room left.
# > *Source: kubernetes.io, Options for Highly Available Topology.*

# %% [markdown]
# ## What to remember
#
# - Readiness keeps customers from a sick copy, liveness restarts it, a controller replaces what is lost.
# - All of that takes time. Several copies, on several machines, are what customers live on meanwhile.
# - Spreading is a wish unless you demand it. Planned work keeps to a budget if there is one.
# - The control plane may fail for a while. What runs goes on running; what is to change waits.
# - Messages wake controllers. What no message tells is found at the next look at everything, within a day.

# %% jupyter={"source_hidden": true}
quiz("09")
