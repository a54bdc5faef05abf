# %% [markdown] tags=["claim:ships-and-docks", "claim:bigger-needs-an-orchestrator"]
# Sarah's shop has grown: twelve kinds of work, a dozen machines, and nobody who remembers what runs where. People compare what
# she needs with a harbour: programs are the freight, machines the ships, and somebody at the dock sees to the loading. This
# chapter takes the comparison at its word and looks for each dock worker in a running cluster.
#
# The picture ends where ships sail: a machine stays where it is, and what is aboard is never moved to another. And a small
# boat needs no harbour: chapter 01 counts for which shops the trouble pays.

# %%
from collections import Counter
from typing import Any

from course.lesson import (
    Cluster,
    ClusterView,
    lanes,
    message_flow,
    packing,
    predict,
    quiz,
    replicas_slider,
    scheduling,
    show,
    why_not,
)


# %%
def freight(name: str, cpu: str, memory: str = "256Mi", replicas: int = 1, **pod: Any) -> Any:
    """A Deployment whose copies declare a weight; ``pod`` adds fields to the pod."""
    container = {
        "name": "shop",
        "image": "shop:1.0",
        "resources": {"requests": {"cpu": cpu, "memory": memory}},
    }
    container.update(pod.pop("container", {}))
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [container], **pod},
            },
        },
    }


def where(cluster: Cluster, app: str = "") -> dict[str, int]:
    """How many pods each node has."""
    pods = cluster.get("pods", selector=f"app={app}" if app else "")
    counts = Counter(pod.spec.node_name for pod in pods)
    return {name: counts[name] for name in cluster.get("nodes").names}


# %% [markdown]
# ## The waiting area
#
# Freight that cannot be loaded yet stands in a place of its own, in an order. In a cluster that place is the *scheduling queue*.
# Below, one small machine is full, and three more pods come: two ordinary ones and then a payment service with a higher priority.

# %%
cluster = Cluster(nodes=1, cpu="2")
cluster.apply(freight("full", "1800m"))
cluster.run_until("deployment/full ready")
cluster.apply(
    {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": "urgent"},
        "value": 1000,
        "preemptionPolicy": "Never",  # it may go first in the line, but throws nobody off
    }
)
cluster.apply(freight("reports", "700m"))
cluster.run(2)
cluster.apply(freight("mailing", "700m"))
cluster.run(2)
cluster.apply(freight("payment", "700m", priorityClassName="urgent"))
cluster.run(2)


def waiting_area(cluster: Cluster) -> dict[str, str]:
    """Who waits where in the scheduler's queue."""
    places = cluster.scheduler.queue.places()
    named = {f"default/{pod.metadata.name}": pod for pod in cluster.get("pods")}
    return {named[key].metadata.labels["app"]: place for key, place in places.items()}


print(waiting_area(cluster))
assert set(waiting_area(cluster)) == {"reports", "mailing", "payment"}
cluster.get("pods")

# %% [markdown]
# The place is called *unschedulable*: all three were tried, fitted nowhere, and are left in peace until something happens that could help.
# Why a pod waits is written on it:

# %%
(pod,) = cluster.get("pods", selector="app=payment")
why_not(cluster, f"pod/{pod.metadata.name}")

# %% jupyter={"source_hidden": true}
predict(
    "Reports came first, then mailing, then payment, which has the higher priority. Room for two of them comes free. Who gets it?",
    [
        "Reports and mailing: first come, first served",
        "Payment, then reports",
        "It is drawn by lot",
    ],
    answer="Payment, then reports",
    why="The queue is sorted by priority, and within one priority by age. An event that makes room lets all three line up again.",
)

# %% tags=["claim:dock-waiting-area"]
cluster.delete("deployment/full")
cluster.run(60)
loaded = [p.metadata.labels["app"] for p in cluster.get("pods") if p.spec.node_name]
print("loaded:", sorted(loaded), "waiting:", waiting_area(cluster))
assert sorted(loaded) == ["payment", "reports"]
assert set(waiting_area(cluster)) == {"mailing"}

# %% [markdown]
# ## The weight
#
# No crane lifts a box before somebody has read what it weighs. A container's weight stands in its manifest, as *requests* of cpu and memory.
# The scheduler does two things with it: it leaves out the nodes on which there is no room (*filter*), and marks the others (*score*).

# %% jupyter={"source_hidden": true}
predict(
    "Three equal machines, one of them half full. Six different programs of equal weight arrive, one copy each. Where do they go?",
    [
        "First onto the half-full machine, so that another stays empty",
        "Onto the two empty machines",
        "Two onto each machine",
    ],
    answer="Onto the two empty machines",
    why="By default the machine with the most room left gets the best mark. The load is evened out, as on a ship that must not list.",
)

# %% tags=["claim:dock-weight"]
cluster = Cluster(nodes=3)
cluster.apply(freight("database", "2", "4Gi", nodeName="node-1"))
cluster.run_until("deployment/database ready")
for name in ("cart", "mail", "reports", "search", "stock", "tax"):
    cluster.apply(freight(name, "300m"))
    cluster.run(5)
print(where(cluster))
assert where(cluster) == {"node-1": 1, "node-2": 3, "node-3": 3}
packing(cluster, titles=("The half-full machine gets nothing more", ""))

# %% [markdown]
# One of these decisions, opened: who was refused, and who got how many marks from whom. A large box this time; node-1 has no room.

# %%
cluster.apply(freight("video", "2500m", "1Gi"))
cluster.run_until("deployment/video ready")
(pod,) = cluster.get("pods", selector="app=video")
decision = scheduling(cluster, f"pod/{pod.metadata.name}")
assert decision.winner == pod.spec.node_name != "node-1"
decision

# %% [markdown]
# Copies of *one* program are another matter: besides the load, the scheduler counts the copies, so that one machine's end is not the
# end of all. Six copies of the shop onto the same three machines, the first of which is half full. By load alone it would get none:

# %%
cluster = Cluster(nodes=3)
cluster.apply(freight("database", "2", "4Gi", nodeName="node-1"))
cluster.run_until("deployment/database ready")
cluster.apply(freight("web", "300m", replicas=6))
cluster.run_until("deployment/web ready")
print(where(cluster, "web"))
assert where(cluster, "web") == {"node-1": 1, "node-2": 2, "node-3": 3}

# %%
show("scheduler-fit")

# %% [markdown]
# ### What is weighed is what is written
#
# Nobody puts the box on the scales. A program that declares little and uses much is loaded as if it were light.

# %% jupyter={"source_hidden": true}
predict(
    "Two programs want two cores each and declare 100m. They meet a third, which declares 2 cores and wants 2, on a machine of 4 cores. "
    "What does the scheduler do?",
    [
        "It sees that the machine is overloaded and sends one elsewhere",
        "It places all three: what is declared fits",
        "It refuses the two that lie",
    ],
    answer="It places all three: what is declared fits",
    why="The scheduler adds up requests. It never looks at what programs use; the machine has to share out what there is.",
)


# %%
def busy(name: str, declared: str) -> Any:
    """A program that would use two cores."""
    work = {"image": "stress:1.0", "args": ["--cpu", "2"]}
    return freight(name, declared, container=work)


# %% tags=["claim:enough-cpu-and-memory"]
cluster = Cluster(nodes=1)
for name, declared in (("honest", "2"), ("light-1", "100m"), ("light-2", "100m")):
    cluster.apply(busy(name, declared))
cluster.run(120)
used = {}
for pod in cluster.get("pods"):
    (usage,) = cluster.usage(pod.metadata.name).values()
    used[pod.metadata.labels["app"]] = usage
    print(f"{pod.metadata.labels['app']:8} wants 2000m, gets {usage.cpu}m")
assert where(cluster) == {"node-1": 3}
assert used["honest"].cpu >= 1900
assert used["light-1"].cpu < 1100

# %% [markdown]
# The one that told the truth has its two cores. The two others share what is left, half of what they want each. Nobody noticed, for by
# the papers 1.8 cores were still free.
#
# > **In real life** (November 2026). Each container has the cpu and memory that were *requested* for it, whatever it needs. Finding
# > good numbers is work: one watches, or lets the Vertical Pod Autoscaler recommend.
# > *Source: kubernetes.io, Resource Management for Pods and Containers.*
#
# ## The manifest of cargo
#
# A dock keeps a list: what has come, what is aboard which ship, what has gone. Here it is the API server with its store, etcd. Nobody else
# keeps books; whoever wants to know or to change something goes through it. One order, step by step:

# %%
cluster = Cluster(nodes=2)
cluster.apply(freight("web", "300m"))
cluster.run_until("deployment/web ready")
message_flow(cluster, about="deployment/web", title="One Deployment: who wrote what into the list")

# %% jupyter={"source_hidden": true}
predict(
    "The scheduler has chosen a machine for the pod. How does the machine learn of it?",
    [
        "The scheduler calls it",
        "The scheduler writes it into the list, which tells the machine",
        "The machine asks the scheduler every few seconds",
    ],
    answer="The scheduler writes it into the list, which tells the machine",
    why="Components never call one another. All of them write to the API server, and watch there what concerns them.",
)

# %% [markdown]
# Whoever watches hears of everything that comes, changes and goes, in order. Here is what a watcher of pods is told while a second copy
# comes and goes again; a pod changes many times, each time by somebody's hand.

# %% tags=["claim:dock-manifest"]
asked_at = cluster.clock.now
cluster.scale("deployment/web", 2)
cluster.run(20)
cluster.scale("deployment/web", 1)
cluster.run(60)
told = []
for step in cluster.history.changes("pods", since=asked_at):
    pod = step.new or step.old
    what = "gone" if step.new is None else "came" if step.old is None else "changed"
    place, leaving = pod.spec.node_name or "no node", pod.metadata.deletion_timestamp
    print(f"{step.revision}: {what:8}{place:8} {pod.status.phase}{', to end' if leaving else ''}")
    told.append(what)
assert told.count("came") == told.count("gone") == 1

# %% [markdown]
# ## Room at the dock
#
# A dock that takes in everything is soon blocked. A cluster has three gates against that. The first you have seen: on a machine the sum of all
# declared weights never exceeds what it has. The second is a *quota* for each tenant:

# %% tags=["claim:dock-space"]
QUOTA = """
apiVersion: v1
kind: ResourceQuota
metadata: {name: tenants-share}
spec:
  hard: {requests.cpu: "1", pods: "10"}
"""
cluster = Cluster(nodes=2)
cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "tenant"}})
cluster.apply(QUOTA, namespace="tenant")
cluster.run(1)
cluster.apply(freight("greedy", "300m", replicas=20), namespace="tenant")
cluster.run(20)
print(cluster.get("quota", namespace="tenant"))
let_in = cluster.get("pods", namespace="tenant")
refusal = next(e for e in cluster.events(namespace="tenant") if e.reason == "FailedCreate")
print(refusal.message)
assert len(let_in) == 3
assert "exceeded quota: tenants-share" in refusal.message

# %% [markdown]
# The third gate stands on the machine itself. A program may use more memory than it declared; when the machine runs short, its kubelet throws
# something off.

# %% jupyter={"source_hidden": true}
predict(
    "A machine runs out of memory. One program has declared 64Mi and uses less; another has declared nothing and leaks. Who is thrown off?",
    ["The one that came last", "The one that uses more than it declared", "Both"],
    answer="The one that uses more than it declared",
    why="The kubelet ranks: first those who use more than they asked for, then by priority, then by how far beyond.",
)

# %%
cluster = Cluster(nodes=1, memory="1Gi")
leak = {"env": [{"name": "LEAK_MB_PER_MINUTE", "value": "200"}], "resources": {}}
cluster.apply(freight("leaky", "0", container=leak))
cluster.apply(freight("calm", "100m", "64Mi", container={"image": "nginx:1.29"}))
cluster.run(300)
evicted = [p for p in cluster.get("pods") if p.status.reason == "Evicted"]
print(evicted[0].status.message)
assert [p.metadata.labels["app"] for p in evicted] == ["leaky"]
assert [e.reason for e in cluster.events("node/node-1")][-1] == "EvictionThresholdMet"

# %% [markdown]
# ## Nothing damaged, nothing lost
#
# Now the duty that is promised most often. Freight at sea is insured; containers are lost every day. So what is it that does not get lost?

# %% jupyter={"source_hidden": true}
predict(
    "A shop of three copies has written a note into one container's file system. That pod is deleted. What is there half a minute later?",
    [
        "Three copies, one of them with the note",
        "Three copies, and the note is gone",
        "Two copies: what is deleted is deleted",
    ],
    answer="Three copies, and the note is gone",
    why="A controller keeps the number. It makes a new pod from the template, and the template knows nothing of the note.",
)

# %% tags=["claim:dock-nothing-lost"]
cluster = Cluster(nodes=3)
cluster.apply(freight("web", "300m", replicas=3))
cluster.run_until("deployment/web ready")
victim = cluster.get("pods").names[0]
cluster.exec(victim, "sh -c 'echo 17 teapots > /tmp/note'")
assert "teapots" in cluster.exec(victim, "cat /tmp/note").output
cluster.delete(f"pod/{victim}")
cluster.run(40)
names = cluster.get("pods").names
print(len(names), "copies;", victim, "is there:", victim in names)
assert len(names) == 3
assert not any("teapots" in cluster.exec(name, "cat /tmp/note").output for name in names)

# %% [markdown]
# > **In real life** (November 2026). What is kept is a *number* of copies. A container, and all it wrote on its own disk, is lost with its
# > pod; data that has to stay belongs on a volume or in a service outside (chapter 04).
# > *Source: kubernetes.io, Pod Lifecycle; Volumes.*
#
# ### Damaged freight
#
# A container that has ended is noticed at once. One that is *frozen* looks like a healthy one from outside: its process is there. Two
# shops, both freeze after a minute; only one of them has declared how to ask after its health.


# %%
def freezing(probe: bool) -> Any:
    """A shop that freezes after a minute, with or without a liveness probe."""
    container: dict[str, Any] = {"env": [{"name": "HANG_AFTER_SECONDS", "value": "60"}]}
    if probe:
        container["livenessProbe"] = {"httpGet": {"path": "/healthz", "port": 8080}}
    return freight("asked" if probe else "unasked", "100m", container=container)


# %% jupyter={"source_hidden": true}
predict(
    "Two and a half minutes later: what has Kubernetes done about each?",
    [
        "Restarted both: a frozen process is recognised",
        "Restarted the one with a probe; the other counts as healthy",
        "Moved both to another machine",
    ],
    answer="Restarted the one with a probe; the other counts as healthy",
    why="By itself Kubernetes knows only whether the process runs. Health and patience have to be declared.",
)

# %% tags=["claim:ensures-health", "claim:replaces-frozen-ones"]
cluster = Cluster(nodes=2)
cluster.apply([freezing(True), freezing(False)])
cluster.run(150)
state, works = {}, {}
for pod in cluster.get("pods"):
    (status,) = pod.status.container_statuses
    answer = cluster.request(f"{pod.status.pod_ip}:8080", from_pod=f"pod/{pod.metadata.name}")
    state[pod.metadata.labels["app"]] = (status.restart_count, status.ready)
    works[pod.metadata.labels["app"]] = answer.ok
    print(pod.metadata.labels["app"], "restarts:", status.restart_count, "ready:", status.ready)
    print("   ", answer)
assert works == {"asked": True, "unasked": False}
assert state["asked"] == (1, True)
assert state["unasked"] == (0, True)

# %%
lanes(cluster, "deployment/asked", title="Asked after its health: restarted in the same pod")

# %% [markdown]
# Three failures in a row reach the threshold at about 90 s, the thick line; the container, which no longer hears SIGTERM, is killed when its
# grace period of 30 s is over, and started again. Until then nobody asks it any more; the next small marks are answers of the new container. The bar stays green throughout: nobody declared a readiness probe, so a container that runs counts as ready.
#
# The pod that nobody asks after is *Ready*, too, and answers nothing. It will stay so until a person looks.

# %% [markdown] tags=["claim:docker-runs-containers"]
# > **In real life** (November 2026). Orchestrators are said to keep containers healthy and quick. Kubernetes does so as far as probes
# > tell it what that means, and a frozen container is started again in its *own* pod; no other takes its place.
# > And what runs the containers under Kubernetes has not been Docker since version 1.24 (May 2022) but containerd or CRI-O. Docker
# > remains a way to *build* images, and runs them on your own machine.
# > *Sources: kubernetes.io, Liveness, Readiness, and Startup Probes; kubernetes.io blog, 17 February 2022; Kubernetes enhancement 2221.*
#
# ## Who calls the harbour master?
#
# When space runs out somebody ought to hear of it before ships queue up at the harbour. A cluster of two machines fills up:

# %% jupyter={"source_hidden": true}
predict(
    "More and more copies are asked for. When does Kubernetes itself first say that the cluster runs low?",
    [
        "When 80 % of the cpu is taken",
        "When a pod finds no room",
        "Never",
    ],
    answer="When a pod finds no room",
    why="There is no warning beforehand. The first sign is an event about the pod that waits, and events call nobody.",
)

# %% tags=["claim:tells-when-room-runs-out"]
cluster = Cluster(nodes=2)
cluster.apply(freight("web", "900m", replicas=1))
first_word = 0
for copies in range(1, 10):
    cluster.scale("deployment/web", copies)
    cluster.run(15)
    said = [e.message for e in cluster.events() if e.reason == "FailedScheduling"]
    ours = cluster.warnings()
    print(f"copies: {copies}   events: {len(said)}   warnings of ours: {len(ours)}")
    if said and not first_word:
        first_word = copies
        print("   ", said[0])
    if copies == 8:
        assert not said
        assert {w.reason for w in ours} >= {"CPURunsLow", "LossNotAbsorbed"}
assert first_word == 9

# %% [markdown]
# At eight copies nine tenths of the cluster were taken and nothing in Kubernetes said so. The warnings in the last column are this
# engine's addition, of the kind that monitoring computes:

# %%
cluster.warnings()

# %%
show("capacity-warnings")

# %% [markdown]
# > **In real life** (November 2026). An event says why a pod waits; it is kept for an hour and wakes nobody. The metrics are all
# > there, but alarms come from monitoring that you add (Prometheus with Alertmanager, or the cloud's), and machines from the Cluster
# > Autoscaler or Karpenter, if one is installed (chapter 12).
# > *Sources: kubernetes.io, Tools for Monitoring Resources; Node Autoscaling.*
#
# Fill a harbour yourself. Each machine has room for four copies; drag until one has to wait.

# %%
playground = Cluster(nodes=2)
playground.apply(freight("web", "900m", replicas=2))
playground.run_until("deployment/web ready")
replicas_slider(playground, "deployment/web", max=12)

# %% [markdown]
# ## Tightly packed
#
# Ships are loaded full, because half-empty ones cost as much. Does the scheduler do so, too?

# %% jupyter={"source_hidden": true}
predict(
    "Three machines, three small programs that would all fit on one. How many machines does the default scheduler use?",
    ["One", "Two", "Three"],
    answer="Three",
    why="Its aim is an even load, not empty machines. Packing is another profile, which somebody has to choose.",
)

# %% tags=["claim:packs-tightly"]
from kubelite.scheduler.profile import Profile, ScoringStrategy

PACK = Profile(
    scoring_strategy=ScoringStrategy(type="MostAllocated"),
    disabled=("PodTopologySpread", "NodeResourcesBalancedAllocation"),
)
spread, packed = Cluster(), Cluster(profiles=(PACK,))
for cluster in (spread, packed):
    for name in ("cart", "mail", "search"):
        cluster.apply(freight(name, "1", "3Gi"))
        cluster.run(5)
print("default:", where(spread))
print("packing:", where(packed))
assert sorted(where(spread).values()) == [1, 1, 1]
assert sorted(where(packed).values()) == [0, 0, 3]
packing(spread, packed, titles=("The default spreads", "A profile that packs"))

# %% [markdown]
# Two empty machines could be given back, which saves two thirds of the bill. And when the full one fails, all three programs are
# away at once. Neither is right for everybody; chapter 11 counts both.
#
# > **In real life** (November 2026). The default scheduler marks with `LeastAllocated`: it spreads. Packing is `MostAllocated` or
# > `RequestedToCapacityRatio` in a scheduler profile; some managed services offer it as a switch.
# > *Source: kubernetes.io, Resource Bin Packing.*
#
# ## The whole dock
#
# Many kinds of freight at once, with nobody giving single orders: forty containers of eight programs on six machines.

# %% tags=["claim:large-workloads"]
cluster = Cluster(nodes=6)
kinds = ("cart", "mail", "orders", "reports", "search", "stock", "tax", "web")
cluster.apply([freight(name, "300m", replicas=5) for name in kinds])
took = cluster.run_until(
    lambda c: all(c.get(f"deployment/{name}").status.ready_replicas == 5 for name in kinds)
)
print(f"{len(cluster.get('pods'))} pods ready after {took:.1f} s: {where(cluster)}")
assert len(cluster.get("pods")) == 40
assert took < 60
ClusterView(cluster, title="Forty containers of eight programs")

# %% [markdown]
# ## What to remember
#
# - The waiting area is the scheduling queue, the crane the scheduler, the cargo list the API server with etcd, the crew on each ship
#   the kubelet. They meet only at the list.
# - What is weighed is what you declare. Quotas limit tenants, and a machine short of memory throws off who uses more than declared.
# - A number of copies is kept, not a container, and not what it wrote. A frozen one is noticed only if a probe asks.
# - Not built in: an alarm before the cluster is full, new machines, and tight packing. Each can be added.

# %% jupyter={"source_hidden": true}
quiz("02")
