# %%
from collections import Counter
from typing import Any

from course.lesson import (
    Cluster,
    money,
    packing,
    play,
    predict,
    quiz,
    scheduling,
    show,
    watch_traffic,
    why_not,
)
from kubelite.cluster.infrastructure import NodePool
from kubelite.cluster.packing import optimum
from kubelite.scheduler.plugins.node_resources_fit import ScoringStrategy
from kubelite.scheduler.profile import Profile

# %% [markdown]
# Sarah's shop has grown to twelve programs. Each needs some processor and some memory; the machines all have 4 cores and 16 GiB,
# and the bill comes by the machine. On how many machines should all this fit?

# %%
PROGRAMS = {
    "mail": ("500m", "1Gi"),
    "cart": ("1", "2Gi"),
    "login": ("1", "2Gi"),
    "feed": ("500m", "2Gi"),
    "images": ("2", "6Gi"),
    "stock": ("1500m", "4Gi"),
    "pay": ("1500m", "2Gi"),
    "search": ("3", "6Gi"),
    "reports": ("2500m", "4Gi"),
    "billing": ("1500m", "3Gi"),
    "recommend": ("3", "8Gi"),
    "thumbs": ("2", "4Gi"),
}
"""What each program needs, cores (1500m is one and a half) and memory, in the order in which they were written."""


def milli(cpu: str) -> int:
    """Cores as thousandths of one."""
    return int(cpu[:-1]) if cpu.endswith("m") else 1000 * int(cpu)


SIZES = {name: (milli(cpu), 1024 * int(gib[:-2])) for name, (cpu, gib) in PROGRAMS.items()}
MACHINE = tuple(
    Cluster(nodes=1).get("node/node-1").status.allocatable[one] for one in ("cpu", "memory")
)
ROOM = (MACHINE[0].milli, MACHINE[1].value // 1024**2)
print(
    f"all together: {sum(cpu for cpu, _ in SIZES.values())}m cpu, {sum(mem for _, mem in SIZES.values())} MiB"
)
print(f"one machine:  {ROOM[0]}m cpu, {ROOM[1]} MiB")

# %% [markdown]
# 20 cores altogether, 4 in a machine: fewer than five machines cannot be. Whether five are enough is another question, because a
# program cannot be cut in two. This is the *bin packing problem*: things of many sizes, bins of one size, as few bins as possible.
#
# Here is the plainest way to pack, called *first fit*. Take the programs one after another; put each on the first machine with room.


# %%
def first_fit(sizes: list[tuple[int, int]]) -> int:
    """How many machines are opened when each program goes to the first one that has room."""
    machines: list[tuple[int, int]] = []
    for cpu, memory in sizes:
        for place, (free_cpu, free_memory) in enumerate(machines):
            if free_cpu >= cpu and free_memory >= memory:
                machines[place] = (free_cpu - cpu, free_memory - memory)
                break
        else:
            machines.append((ROOM[0] - cpu, ROOM[1] - memory))
    return len(machines)


# %% jupyter={"source_hidden": true}
predict(
    "The small programs were written first, so they are placed first. Does first fit manage with five machines?",
    ["Yes, it wastes no room", "No, it needs one more", "It depends on chance"],
    answer="No, it needs one more",
    why="The small ones take the places in which they would have been useful later, beside the large ones. Nothing here is left to chance.",
)

# %% tags=["claim:bin-packing-problem"]
as_written = list(SIZES.values())
largest_first = sorted(as_written, reverse=True)
best = optimum(as_written, ROOM)
print("first fit, as written:   ", first_fit(as_written))
print("first fit, largest first:", first_fit(largest_first))
print("the fewest possible:     ", best)
assert (first_fit(as_written), first_fit(largest_first), best) == (6, 5, 5)

# %% [markdown]
# The last number is exact: everything that could still be better was tried. That is done in no time for twelve programs and in no
# lifetime for a thousand. Largest first is a good rule; it needs to know all programs beforehand.
#
# **Your turn.** Change the order below. Can you get to seven?

# %%
my_order = [
    "search",
    "recommend",
    "reports",
    "images",
    "thumbs",
    "stock",
    "pay",
    "billing",
    "cart",
    "login",
    "mail",
    "feed",
]
print("machines in my order:", first_fit([SIZES[name] for name in my_order]))
assert sorted(my_order) == sorted(PROGRAMS), "every program once"

# %% [markdown]
# ## What counts is what is asked for
#
# In Kubernetes the things are pods, the bins are nodes, and the size of a pod is what its containers *request*. The programs of the
# shop as twelve Deployments, of one pod each:


# %%
def deployment(
    name: str, cpu: str, memory: str, replicas: int = 1, limit: str = "", **pod: Any
) -> dict[str, Any]:
    """A Deployment whose pods ask for so much."""
    resources: dict[str, Any] = {"requests": {"cpu": cpu, "memory": memory}}
    if limit:
        resources["limits"] = {"cpu": limit}
    container = {
        "name": "main",
        "image": "shop:1.0",
        "env": [{"name": "CPU_MS_PER_REQUEST", "value": "10"}],
        "ports": [{"name": "http", "containerPort": 8080}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}},
        "resources": resources,
    }
    template = {"metadata": {"labels": {"app": name}}, "spec": {**pod, "containers": [container]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def where(cluster: Cluster) -> dict[str, int]:
    """How many pods each node has, those on their way out left aside."""
    stay = [pod for pod in cluster.get("pods") if not pod.metadata.deletion_timestamp]
    counts = Counter(pod.spec.node_name for pod in stay)
    return {name: counts[name] for name in cluster.get("nodes").names}


def used(cluster: Cluster) -> int:
    """How many nodes have any pod."""
    return sum(count > 0 for count in where(cluster).values())


def first_pod(cluster: Cluster, app: str) -> str:
    """The first pod of a Deployment, as pod/name."""
    return f"pod/{cluster.get('pods', selector=f'app={app}').names[0]}"


# %% jupyter={"source_hidden": true}
predict(
    "A machine has 4 cores. Three pods on it request 1 core each and use next to nothing. A pod that requests 1.5 cores comes. Does it fit?",
    ["Yes, the machine is idle", "No", "Yes, and the others are slowed down"],
    answer="No",
    why="The scheduler adds up requests. It does not look at what is used: a pod that is idle now may be busy in a minute.",
)

# %% tags=["claim:fits-by-requirements"]
cluster = Cluster(nodes=1)
cluster.apply(deployment("cart", "1", "2Gi", replicas=3, limit="4"))
cluster.run(10)
cluster.apply(deployment("pay", "1500m", "2Gi"))
cluster.apply(deployment("mail", "500m", "1Gi"))
cluster.run(60)
print(cluster.top("nodes"))
assert not cluster.get(first_pod(cluster, "pay")).spec.node_name
assert cluster.get(first_pod(cluster, "mail")).spec.node_name == "node-1"
why_not(cluster, first_pod(cluster, "pay"))

# %% [markdown]
# The machine sleeps, and the pod of *pay* waits: one core is not asked for by anybody, and *pay* asks for one and a half. *mail* asks
# for less and fits. Here is the whole test; upstream calls it a *filter*.

# %%
show("scheduler-fit")

# %% [markdown]
# A *limit* is something else: the most that a container may use. It counts for nothing here. Each *cart* may use 4 cores, which
# makes 12 on a machine of 4, and nobody objects. In the picture the red mark is where the limits end, the black line below each bar what is used.

# %%
packing(cluster, titles=("One machine, asked for and used", ""))

# %% [markdown]
# So a request has two prices. Too large, and you rent machines that sleep. Too small, and too many pods share a machine on a busy day.
# A pod that requests nothing fits everywhere and is the first to suffer.
#
# ## What the scheduler does
#
# It takes pods one by one, as they come. For each it does two things: *filter* the nodes on which the pod can be, then *score* them and take
# the best.

# %%
show("scheduler-score")

# %% jupyter={"source_hidden": true}
predict(
    "Twelve programs, eight machines with nothing on them. On how many machines are the programs in the end?",
    ["5, the fewest possible", "6, as with first fit", "8, all there are"],
    answer="8, all there are",
    why="By default the emptier node gets more points. The scheduler spreads.",
)


# %% tags=["claim:squeezes-not-spreads"]
def shop(profile: Profile | None = None, nodes: int = 8, cluster: Cluster | None = None) -> Cluster:
    """The twelve programs, started one after another under a profile of the scheduler."""
    cluster = cluster or Cluster(nodes=nodes, profiles=[profile or Profile()])
    for name, (cpu, memory) in PROGRAMS.items():
        cluster.apply(deployment(name, cpu, memory))
        cluster.run(1)
    cluster.run(30)
    return cluster


spread = shop()
print(where(spread))
assert used(spread) == 8

# %% [markdown]
# > **In real life** (November 2026). It is often said that Kubernetes fills machines to the brim. By default it does the contrary: the
# > strategy of the plugin *NodeResourcesFit* is *LeastAllocated*, more points for more room. Packing has to be configured.
# > *Source: kubernetes.io, Resource Bin Packing (November 2026).*
#
# Take one decision apart. *pay* came seventh. Which node has the most points, and from which plugin?

# %%
scheduling(spread, first_pod(spread, "pay"))

# %% [markdown]
# The column *NodeResourcesFit* can be done by hand: what would be left of each resource, in percent, and the mean of cpu and memory.
# On an empty machine 2500 of 4000m would be left, 62 %, and 14236 of 16284 MiB, 87 %.

# %%
left = [(room - size) * 100 // room for size, room in zip(SIZES["pay"], ROOM, strict=True)]
print(left, "->", sum(left) // 2)
scores = spread.explain(first_pod(spread, "pay")).decision.scores()
assert max(marks["NodeResourcesFit"].raw for marks in scores.values()) == sum(left) // 2

# %% [markdown]
# *NodeResourcesBalancedAllocation* likes nodes whose cpu and memory are equally full; *PodTopologySpread* likes to have copies of one
# program apart. All are added up with their weights.
#
# ## Packing, if you ask for it
#
# A *profile* configures the scheduler. This one turns the arithmetic round: the fuller, the better.

# %% jupyter={"source_hidden": true}
predict(
    "Nine copies of one program, 1 core each, six empty machines, MostAllocated and nothing else changed. How many machines are used?",
    ["3", "4", "6"],
    answer="6",
    why="PodTopologySpread is still there, with twice the weight, and wants copies of one program apart.",
)

# %%
FULLER = Profile(scoring_strategy=ScoringStrategy("MostAllocated"))
PACKING = Profile(
    scoring_strategy=ScoringStrategy("MostAllocated"),
    disabled=("PodTopologySpread", "NodeResourcesBalancedAllocation"),
)


def copies(profile: Profile, nodes: int = 6) -> Cluster:
    """Nine copies of the web shop, and a Service in front of them."""
    cluster = Cluster(nodes=0, pools=[NodePool("node", count=nodes)], profiles=[profile])
    cluster.apply(deployment("web", "1", "1Gi", replicas=9, limit="1"))
    ports = [{"port": 80, "targetPort": "http"}]
    meta = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}
    cluster.apply({**meta, "spec": {"selector": {"app": "web"}, "ports": ports}})
    cluster.run(20)
    return cluster


for name, profile in {
    "default": Profile(),
    "MostAllocated alone": FULLER,
    "packing": PACKING,
}.items():
    print(f"{name:20}", where(copies(profile)))
assert used(copies(FULLER)) == 6
assert used(copies(PACKING)) == 3

# %% [markdown]
# Who wants to pack copies of one program has to leave that plugin out, too; our profile also leaves out the balance of
# cpu and memory. *RequestedToCapacityRatio* is the third strategy: you draw the curve
# of points yourself, for example none up to 50 % and all at 90 %. Now the twelve programs under the profile that packs.

# %%
packed = shop(PACKING)
assert used(packed) == 6
packing(spread, packed, titles=("Spreading", "Packing"))

# %% [markdown]
# Six machines instead of eight, but not five: the scheduler, too, took the small ones first and could not know what was to come. And it
# never goes back.
#
# ## The price of either
#
# ### In machines
#
# Spreading uses all machines that are there. It orders none: with six machines it would use six. What it costs is that no
# machine is ever empty, so none can be given back.

# %%
pool = NodePool("shop", machine_type="standard-4")
for name, cluster in {"spreading": spread, "packing": packed}.items():
    print(
        f"{name}: {used(cluster)} machines, {used(cluster) * pool.price * 24 * 30:,.0f} dollars in 30 days"
    )
assert used(packed) < used(spread)

# %% [markdown]
# ### In room for large pods

# %% jupyter={"source_hidden": true}
predict(
    "Four machines with 4 cores; eight pods of 1 core run. Half of all cores is free. A pod comes that asks for 3. Does it get a node?",
    ["Always", "Only if the eight were packed", "Only if the eight were spread"],
    answer="Only if the eight were packed",
    why="Spread, each machine has 2 cores left. Eight free cores in four pieces are no place for a pod of three.",
)

# %%
for name, profile in {"spreading": Profile(), "packing": PACKING}.items():
    cluster = Cluster(nodes=4, profiles=[profile])
    cluster.apply(deployment("cart", "1", "1Gi", replicas=8))
    cluster.run(10)
    cluster.apply(deployment("search", "3", "1Gi"))
    cluster.run(10)
    node = cluster.get(first_pod(cluster, "search")).spec.node_name
    print(f"{name:10} {where(cluster)}  search: {node or 'waits'}")
    assert bool(node) == (profile is PACKING)

# %% [markdown]
# ### In what a failure takes with it
#
# Now the other side. Nine copies of the shop, 400 requests a second; a minute later the machine with the most copies loses its power.

# %% jupyter={"source_hidden": true}
predict(
    "Packed, the fullest machine has four of nine copies; spread, two. How much more does packing lose in the eight minutes after?",
    ["The same", "About twice as much", "Ten times as much"],
    answer="About twice as much",
    why="For 50 s customers are sent to copies that are not there: four of nine, or two of nine. The copies that are left can serve all the rest.",
)

# %%
ledgers = []
for name, profile in {"spreading": Profile(), "packing": PACKING}.items():
    cluster = copies(profile)
    counts = where(cluster)
    fullest = max(counts, key=lambda node: counts[node])
    cluster.clock.after(60_000_000, cluster.kill_node, fullest)
    ledgers.append(watch_traffic(cluster, "web", rate=400, seconds=480, title=name))
    print(
        f"{counts[fullest]} of 9 copies gone. {ledgers[-1].title}: {ledgers[-1].failed:,} requests without an answer"
    )
assert 1.8 < ledgers[1].failed / ledgers[0].failed < 2.2

money(ledgers, "The fullest of six machines loses its power")

# %% [markdown]
# What one failure can take away is called its *blast radius*. And this was the kind case: there were empty machines for the new
# copies. Whoever packs and gives back every empty machine has no place for them until another machine is there.
#
# ## On the lookout?
#
# The shop closes two programs, *images* and *reports*. There are holes now on the packed machines.

# %% jupyter={"source_hidden": true}
predict(
    "An hour later: what has the scheduler, configured to pack, made of the holes?",
    ["It has moved pods, and fewer machines are in use", "Nothing"],
    answer="Nothing",
    why="It places pods that have no node. All of these have one.",
)

# %% tags=["claim:on-the-lookout"]
closed = ("images", "reports")
for name in closed:
    packed.delete(f"deployment/{name}")
packed.run(60)
before = {pod.metadata.name: pod.spec.node_name for pod in packed.get("pods")}
packed.run(3600)
after = {pod.metadata.name: pod.spec.node_name for pod in packed.get("pods")}
fewest = optimum([size for name, size in SIZES.items() if name not in closed], ROOM)
print(f"{used(packed)} machines in use, {fewest} would do")
assert after == before
assert used(packed) == 6 and fewest == 4

# %% [markdown]
# > **In real life** (November 2026). Kubernetes does not look for better packings of what runs. The scheduler decides once for each pod. Looking
# > again is the work of the *descheduler*, or of an autoscaler that empties machines to give them back; both are programs that
# > you add, and both *evict*: the pod ends, and a new one is placed afresh.
# > *Source: kubernetes-sigs/descheduler, README (June 2026).*
#
# The descheduler's strategy *HighNodeUtilization* evicts from machines that are little used, if their pods fit elsewhere.

# %%
evicted = packed.deschedule("HighNodeUtilization", thresholds={"cpu": 50})
packed.run(60)
print("evicted from", *[one.node for one in evicted])
print(where(packed))
assert used(packed) == 5
show("high-node-utilization")

# %% [markdown]
# One machine is empty now. It is not the best there is, which would be four; but a step, at the price of two restarts.
#
# And with the default scheduler, which spreads? The descheduler empties the machines that are little used; the scheduler finds them
# empty, and fills them.

# %%
for name in closed:
    spread.delete(f"deployment/{name}")
spread.run(60)
machines, restarts = used(spread), 0
for _ in range(5):
    restarts += len(spread.deschedule("HighNodeUtilization", thresholds={"cpu": 50}))
    spread.run(60)
print(
    f"{restarts} pods evicted in five rounds; machines in use: {machines} before, {used(spread)} now"
)
assert restarts >= 5
assert used(spread) == machines

# %% [markdown]
# Two that work against each other, each by its rules. Whoever runs this strategy has the scheduler pack, as its documentation asks.
#
# ## Who may go where
#
# Room is one reason among several. A *taint* on a node keeps pods away that do not tolerate it; an *affinity* says where a pod wants
# to be, or must. And a pod with a higher *priority* may push others out: *preemption*.

# %%
cluster = Cluster(nodes=2, cpu="2")
cluster.patch(
    "node/node-2", {"spec": {"taints": [{"key": "kind", "value": "gpu", "effect": "NoSchedule"}]}}
)
cluster.apply(deployment("reports", "1500m", "1Gi"))
cluster.run(10)
cluster.apply(deployment("cart", "1", "1Gi"))
cluster.run(10)
why_not(cluster, first_pod(cluster, "cart"))

# %% jupyter={"source_hidden": true}
predict(
    "The cart is worth more than reports. It gets a higher priority. What happens to the pod of reports on node-1?",
    ["It is moved to node-2", "It is asked to end, and its successor waits", "Both share the cpu"],
    answer="It is asked to end, and its successor waits",
    why="Preemption makes room by deleting pods of lower priority. The Deployment makes a new pod, for which there is no room.",
)

# %%
cluster.apply(
    {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": "sales"},
        "value": 1000,
    }
)
cluster.apply(deployment("cart", "1", "1Gi", priorityClassName="sales"))
cluster.run(60)
print(cluster.get("pods"))
assert cluster.get(first_pod(cluster, "cart")).spec.node_name == "node-1"
assert not cluster.get(first_pod(cluster, "reports")).spec.node_name
assert "Preempted" in [event.reason for event in cluster.events()]

# %% [markdown]
# node-2 was empty all the time. A taint is not a matter of points.
#
# ## You are the scheduler
#
# Ten minutes, in which customers become more and more. Pods wait for you; each move costs ten seconds. When you have had enough, hand over.

# %%
game = play("scheduler")
game

# %%
print(f"kube-scheduler alone loses {game.rival} order(s) in the same ten minutes.")
assert game.rival <= 5

# %% [markdown]
# Packing badly is not what loses orders here. Being slow is. That is why a rule that is good enough and quick wins over the best answer.

# %% [markdown]
# ## What to remember
#
# - The size of a pod is what it requests. Limits and real use do not count when a node is chosen.
# - By default the scheduler spreads. Packing is a profile that you write, and copies of one program have a plugin of their own.
# - Packing saves machines and keeps large holes; it makes each failure larger. Spreading is the other way round.
# - Each pod is placed once. Whoever wants it better later evicts: the descheduler, an autoscaler, preemption.

# %% jupyter={"source_hidden": true}
quiz("11")
