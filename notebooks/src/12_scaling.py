# %%
from math import ceil
from typing import Any

from course.lesson import (
    Cluster,
    controls,
    money,
    parameters,
    predict,
    quiz,
    show,
    timeline,
    watch_traffic,
    why_not,
)
from course.story.ledger import Ledger
from course.story.traffic import demand
from kubelite.cluster.infrastructure import NodePool
from kubelite.sim.clock import SECOND

# %% [markdown]
# At night hardly anybody buys; at eleven in the morning everybody does. What stands ready for eleven is paid for all night, and what is enough
# for the night loses orders at eleven. So the shop has to change its size. There are two sizes: that of the
# program, in pods, and that of the cluster, in machines.

# %%
SHOP = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: {replicas}
  selector:
    matchLabels: {{app: web}}
  template:
    metadata:
      labels: {{app: web}}
    spec:
      containers:
        - name: shop
          image: shop:1.0
          ports: [{{name: http, containerPort: 8080}}]
          env: [{{name: CPU_MS_PER_REQUEST, value: "{ms}"}}]
          readinessProbe: {{periodSeconds: 30, httpGet: {{path: /ready, port: http}}}}
          resources: {resources}
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {{app: web}}
  ports: [{{port: 80, targetPort: http}}]
"""
ONE_CORE = '{requests: {cpu: "1"}, limits: {cpu: "1"}}'


def opened(replicas: int = 2, resources: str = ONE_CORE, ms: int = 20, **cluster: Any) -> Cluster:
    """The shop in a fresh cluster. A page costs 20 ms of cpu, so a pod of one core makes 50 a second."""
    made = Cluster(**cluster)
    made.apply(SHOP.format(replicas=replicas, resources=resources, ms=ms))
    made.run_until("deployment/web ready")
    return made


# %% [markdown]
# ## Pods: you name a number
#
# Two pods run on two machines of 4 cores. Each pod asks for one core.

# %% jupyter={"source_hidden": true}
predict(
    "You ask for 14 pods. The two machines have room for 8. What do you get?",
    [
        "14 pods, on as many machines as it takes",
        "8 pods that run and 6 that wait",
        "A refusal: 14 are too many",
    ],
    answer="8 pods that run and 6 that wait",
    why="The number is a wish about pods. Nobody has said anything about machines, and Kubernetes buys none.",
)

# %% tags=["claim:declared-number-scales-cluster"]
cluster = opened(nodes=0, pools=[NodePool("web", 2)])
cluster.scale("deployment/web", 8)
took = cluster.run_until("deployment/web ready")
print(f"from 2 to 8 in {took:.1f} s")

cluster.scale("deployment/web", 14)
cluster.run(600)
waiting = [pod for pod in cluster.get("pods") if not pod.spec.node_name]
print(f"ten minutes later {len(waiting)} pods wait; nodes: {cluster.get('nodes').names}")
assert took < 10
assert len(waiting) == 6 and len(cluster.get("nodes").names) == 2
why_not(cluster, f"pod/{waiting[0].metadata.name}")

# %% [markdown]
# > **In real life** (November 2026). A declared number of pods makes pods and no machines. Nodes are added by a program beside Kubernetes, such
# > as the Cluster Autoscaler or Karpenter, or by the cloud provider; where there is none, pods wait.
# > *Source: Karpenter 1.11 (April 2026).*
#
# ## Machines: not in an instant
#
# So Sarah orders two machines.

# %% jupyter={"source_hidden": true}
predict(
    "From the order until all 14 pods answer: how long?",
    ["As long as a pod takes to start, a few seconds", "About a minute", "About six minutes"],
    answer="About a minute",
    why="A machine has to boot and to join. Then the pods that wait are placed, and their containers start.",
)

# %% tags=["claim:nodes-add-capacity-at-once"]
ordered = cluster.elapsed
print(cluster.apply_infrastructure([NodePool("web", 4)]))
(is_ready,) = [c for c in cluster.get("node/web-4").status.conditions if c.type == "Ready"]
ago = (cluster.clock.now - is_ready.last_transition_time) / SECOND
joined = cluster.elapsed - ago - ordered
cluster.run_until("deployment/web ready")
print(
    f"machines joined after {joined:.0f} s, all pods ready after {cluster.elapsed - ordered:.0f} s"
)
assert 59 <= joined < 62
assert cluster.elapsed - ordered < 70

cluster.run(15)
timeline(
    cluster,
    "deployment/web",
    since=ordered - 20,
    title="Two machines are ordered for six pods that wait",
    marks={ordered: "ordered", ordered + joined: "joined"},
)

# %% [markdown]
# Our cloud takes 60 s to boot a machine; real ones take one to five minutes. The rest is quick.
#
# ### A machine for nobody

# %% jupyter={"source_hidden": true}
predict(
    "Four pods run, and customers ask for half as much again as these can answer. Sarah adds a machine. How many more are answered?",
    ["A quarter more", "All of them", "None more"],
    answer="None more",
    why="No pod waits, so nothing is put on the new machine. Four pods answer as many as four pods can.",
)

# %%
cluster = opened(4, nodes=0, pools=[NodePool("web", 2)])
before = watch_traffic(cluster, "web", rate=300, seconds=60)
cluster.apply_infrastructure([NodePool("web", 3)])
after = watch_traffic(cluster, "web", rate=300, seconds=60)
print(f"answered before {before.availability:.0%}, with one machine more {after.availability:.0%}")
assert before.availability == after.availability
assert not [pod for pod in cluster.get("pods") if pod.spec.node_name == "web-3"]

# %% [markdown]
# > **In real life** (November 2026). New nodes do not bring capacity at once: a machine has to boot, join, and fetch images. And what it
# > brings is for pods that wait; those that run stay where they are.
# > *Sources: kubernetes.io, Nodes; kubernetes-sigs/descheduler, README (June 2026).*
#
# First pods, then machines: it is pods that customers feel, and pods that wait are what machines are ordered for.
#
# ## A number that follows
#
# The *HorizontalPodAutoscaler*, HPA for short, sets the number for you. It looks every 15 s at how much cpu the pods use, in percent of what they
# *request*. Its arithmetic is one line. Try it with numbers of your own.


# %%
def wanted(pods: int, usage: float, target: float) -> int:
    """How many pods there should be, when these use so many percent on average."""
    return ceil(pods * usage / target)


assert wanted(2, 100, 50) == 4
assert wanted(4, 20, 50) == 2

# %% jupyter={"source_hidden": true}
predict(
    "Three pods at 54 %, the target is 50 %. The line above says 4. What does the autoscaler do?",
    ["It makes a fourth pod", "Nothing"],
    answer="Nothing",
    why="54 is 8 % more than 50. Up to 10 % counts as near enough, or it would never come to rest.",
)

# %%
print("the arithmetic says", wanted(3, 54, 50))
for rate in (81, 87):
    cluster = opened(3, nodes=3)
    cluster.autoscale("deployment/web", min=2, max=10, cpu=50)
    cluster.load("web", rate)
    cluster.run(180)
    pods = cluster.get("deployment/web").spec.replicas
    print(f"{rate} requests/s, {100 * rate / 50 / 3:.0f} % of three cores: {pods} pods")
    assert pods == (3 if rate == 81 else 4)

show("hpa-utilization")

# %% [markdown]
# ## A crowd comes
#
# Forty requests a second; then, for six minutes, ten times as many. At 50 % that means 16 pods.

# %% jupyter={"source_hidden": true}
predict(
    "The crowd comes within a second. How long does the autoscaler take from 2 pods to 16?",
    ["15 s, one look", "A minute or two", "Five minutes"],
    answer="A minute or two",
    why="Usage is measured over some seconds, looked at every 15 s, and the number at most doubles at each look, or goes to 4.",
)


# %%
def autoscaler(least: int, most: int, cpu: int, **behavior: Any) -> dict[str, Any]:
    """The manifest of an autoscaler for web."""
    target = {"type": "Utilization", "averageUtilization": cpu}
    spec: dict[str, Any] = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        "minReplicas": least,
        "maxReplicas": most,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
    }
    if behavior:
        spec["behavior"] = behavior
    kind = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler"}
    return {**kind, "metadata": {"name": "web"}, "spec": spec}


def crowd(seconds: float) -> float:
    """Requests a second: a crowd for six minutes."""
    return 400 if 60 <= seconds < 420 else 40


def met_by(
    manifest: dict[str, Any] | None, rate: Any = crowd, title: str = "", seconds: int = 840
) -> Ledger:
    """What comes of some traffic under an autoscaler, on five machines."""
    cluster = opened(nodes=0, pools=[NodePool("web", 5)])
    if manifest:
        cluster.apply(manifest)
    cluster.run(60)
    return watch_traffic(cluster, "web", rate=rate, seconds=seconds, step=5, title=title)


fixed = met_by(None, title="always 2")
follows = met_by(autoscaler(2, 16, 50), title="2 to 16 at 50 %")
enough = next(one for one in follows if one.replicas == 16)
waited = enough.hour - follows[0].hour - 60
print(fixed, follows, sep="\n")
print(f"16 pods were ready about {waited:.0f} s after the crowd came")
assert fixed.availability < 0.5 < 0.9 < follows.availability
assert 60 <= waited <= 120

money([fixed, follows], "A crowd, met by two pods and by an autoscaler")

# %% [markdown]
# It is much better and it is not free of loss: nobody can scale for customers before they come. What is lost in this minute and a half is the price of
# having been small. Two settings buy it back, both by keeping room:

# %%
for least, cpu in ((2, 30), (4, 50)):
    found = met_by(autoscaler(least, 16, cpu))
    print(
        f"at least {least}, target {cpu} %: {found.orders_lost:>3} of {found.orders} orders lost, {found.utilisation:.0%} of the cpu used"
    )
    assert found.orders_lost < follows.orders_lost

# %% [markdown]
# **Your turn.** Drag the traffic; an autoscaler of 2 to 16 is at work, each move lets 30 s pass. Where is it behind, and for how long?

# %%
playground = opened(nodes=5)
playground.apply(autoscaler(2, 16, 50))
playground.run(60)
controls(playground, replicas=False, traffic=40, most_traffic=600, seconds=30)

# %% [markdown]
# ## Four ways to get it wrong
#
# ### Percent of nothing

# %% jupyter={"source_hidden": true}
predict(
    "The pods have no requests. The autoscaler is told 50 %. What happens under load?",
    ["It counts percent of the machine", "It does nothing, and says so", "It goes to its maximum"],
    answer="It does nothing, and says so",
    why="Percent are of what is requested. Without a request there is nothing to compare with.",
)

# %%
cluster = opened(resources="{}", nodes=3)
cluster.apply(autoscaler(2, 16, 50))
cluster.load("web", 400)
cluster.run(120)
print(cluster.get("hpa"))
(active,) = [one for one in cluster.get("hpa/web").status.conditions if one.type == "ScalingActive"]
print(active.reason, active.message.rpartition("Pod")[0], sep="\n")
assert (active.status, active.reason) == ("False", "FailedGetResourceMetric")
assert cluster.get("deployment/web").spec.replicas == 2

# %% [markdown]
# ### A ceiling that is too low

# %%
low = met_by(autoscaler(2, 6, 50), title="2 to 6 at 50 %")
print(low)
assert max(one.replicas for one in low) == 6
assert low.orders_lost > 3 * follows.orders_lost

# %% [markdown]
# The maximum is a promise to whoever pays the bill. When it is reached, the condition *ScalingLimited* says so, and nobody reads it unless
# somebody is told to.
#
# ### Too quick to shrink
#
# Traffic often comes in waves. These last three minutes each. By default an autoscaler shrinks only to the highest number that it has
# found right in the last 300 s. Somebody finds that wasteful and sets 0.

# %% jupyter={"source_hidden": true}
predict(
    "Waves of three minutes, for twenty minutes. How often is the number of pods changed, with 300 s and with 0?",
    [
        "About as often",
        "A few times with 300 s, in each wave several times with 0",
        "Never with 300 s",
    ],
    answer="A few times with 300 s, in each wave several times with 0",
    why="Within 300 s the next crest comes. With 0 each trough sends pods away that the next crest needs.",
)


# %%
def waves(seconds: float) -> float:
    """Requests a second: a crest and a trough every three minutes."""
    return 250 if seconds % 180 < 90 else 50


calm = met_by(autoscaler(2, 16, 50), waves, "300 s", 1200)
nervous = met_by(
    autoscaler(2, 16, 50, scaleDown={"stabilizationWindowSeconds": 0}), waves, "0 s", 1200
)


def changes(ledger: Ledger) -> int:
    """How often the number that is wanted has changed."""
    numbers = [one.wanted for one in ledger]
    return sum(a != b for a, b in zip(numbers, numbers[1:], strict=False))


for one in (calm, nervous):
    print(f"{one.title:>5}: {changes(one)} changes, {one.orders_lost} of {one.orders} orders lost")
assert changes(calm) <= 6 < 15 < changes(nervous)
assert nervous.orders_lost > 3 * calm.orders_lost
show("hpa-stabilise")

# %%
money([calm, nervous], "Waves, with and without patience")

# %% [markdown]
# ### A number that two set
#
# The fourth way: the manifest in your repository still says `replicas: 2`, and each `apply` sets it back. Leave the field out where an
# autoscaler is at work.

# %%
cluster = opened(nodes=5)
cluster.apply(autoscaler(2, 16, 50))
cluster.load("web", 300)
cluster.run(180)
grown = cluster.get("deployment/web").spec.replicas
cluster.apply(SHOP.format(replicas=2, resources=ONE_CORE, ms=20))
set_back = cluster.get("deployment/web").spec.replicas
spoilt = watch_traffic(cluster, "web", rate=300, seconds=60, step=5)
print(
    f"before apply: {grown} pods; after: {set_back}; in the next minute {spoilt.availability:.0%} answered"
)
assert grown >= 12 and set_back == 2
assert spoilt.availability < 0.95

# %% [markdown]
# ## Machines that follow
#
# The *Cluster Autoscaler* looks every 10 s for pods that fit nowhere. It tries on paper which pool of machines would take them, and
# orders. In the other direction it is slow on purpose.

# %% jupyter={"source_hidden": true}
predict(
    "14 pods become 2 again. When is the first machine given back?",
    ["At once", "After about a minute", "After more than ten minutes"],
    answer="After more than ten minutes",
    why="A machine has to be hardly used for 10 minutes, and 10 minutes have to pass after one was added. Booting a machine again is dearer.",
)

# %%
cluster = opened(nodes=0, pools=[NodePool("web", 2, min=2, max=6)])
cluster.autoscale_nodes()
cluster.scale("deployment/web", 14)
up = cluster.run_until("deployment/web ready")
print(cluster.cost())
assert len(cluster.get("nodes").names) == 4

cluster.scale("deployment/web", 2)
down = cluster.run_until(lambda c: len(c.get("nodes").names) == 2, timeout=3600)
print(f"two machines more: {up:.0f} s; two machines fewer: {down:.0f} s")
assert 60 < up < 90 and 600 < down < 700
show("scale-down-time")

# %% [markdown]
# Two autoscalers, one after the other: the first makes pods because cpu is used, the second makes machines because pods wait. Neither knows of
# the other. Now a crowd of 600 a second comes to two shops: one has five machines, the other two, and a cluster autoscaler that orders more.

# %% jupyter={"source_hidden": true}
predict(
    "600 a second are work for 12 pods. Two machines have room for 8. What does it cost to order the others only now?",
    [
        "Hardly anything: 8 pods come at once",
        "Some orders more, for about a minute",
        "Half of all orders",
    ],
    answer="Some orders more, for about a minute",
    why="The autoscaler of pods is as quick as before. Its pods then wait until machines have booted.",
)


# %%
def larger_crowd(seconds: float) -> float:
    """Requests a second: 600 for six minutes."""
    return 600 if 60 <= seconds < 420 else 40


def until_twelve(ledger: Ledger) -> float:
    """Seconds from the crowd until twelve pods are ready."""
    return next(one for one in ledger if one.replicas >= 12).hour - ledger[0].hour - 60


cluster = opened(nodes=0, pools=[NodePool("web", 2, min=2, max=6)])
cluster.apply(autoscaler(2, 16, 50))
cluster.autoscale_nodes()
cluster.run(60)
bought = watch_traffic(cluster, "web", larger_crowd, seconds=840, step=5, title="machines ordered")
there = met_by(autoscaler(2, 16, 50), larger_crowd, "machines there")
for one in (there, bought):
    print(
        f"{one.title:16} twelve pods after {until_twelve(one):3.0f} s, {one.orders_lost} of {one.orders} orders lost"
    )
assert until_twelve(bought) > until_twelve(there) + 30
assert bought.orders_lost > there.orders_lost

# %% [markdown]
# ## The curve of a day
#
# Now the morning of Black Friday, from three o'clock, when the sale begins, to eleven, the best hour. A page costs 200 ms here, as in
# the story of chapter 01. Three ways to be ready.

# %%
numbers = parameters()


def morning(seconds: float) -> float:
    """Requests a second, from three o'clock on."""
    return demand(3 + seconds / 3600, numbers)


def machines(count: int, **limits: int) -> list[NodePool]:
    """The servers of the story: two cores each."""
    price = numbers.prices.server_hour
    return [NodePool("web", count, machine_type="standard-2", price_per_hour=price, **limits)]


def a_morning(title: str, replicas: int, pools: list[NodePool], follow: bool = False) -> Ledger:
    """Eight hours of it."""
    cluster = opened(replicas, ms=200, nodes=0, pools=pools)
    if follow:
        cluster.apply(autoscaler(2, 20, 60))
        cluster.autoscale_nodes()
    return watch_traffic(cluster, "web", morning, 8 * 3600, step=120, title=title)


peak = ceil(morning(8 * 3600) * 0.2 / 0.6)
print("pods for eleven o'clock, at 60 %:", peak)

# %% jupyter={"source_hidden": true}
predict(
    "Machines for the best hour cost seven times as much as one machine. And machines that follow the traffic, over these eight hours?",
    ["As much as for the best hour, but safer", "About half of that", "As much as one machine"],
    answer="About half of that",
    why="They are few at three and many at eleven. Growing by small steps, they also keep some room, and that costs.",
)

# %%
night = a_morning("for the night", 2, machines(1))
ready = a_morning("for the best hour", peak, machines(ceil(peak / 2)))
follow = a_morning("following", 2, machines(2, min=2, max=10), follow=True)
for one in (night, ready, follow):
    print(
        f"{one.title:18} {one.orders_lost:>4} of {one.orders} orders lost, ${one.machines:5.2f} for machines, {one.utilisation:.0%} of the cpu used"
    )
assert ready.orders_lost == 0
assert follow.orders_lost <= 0.02 * follow.orders < 0.2 * night.orders < night.orders_lost
assert 0.3 < follow.machines / ready.machines < 0.7

money([night, ready, follow], "Black Friday from three o'clock to eleven")

# %% [markdown]
# An order brings 50 dollars, and all that is saved by following is two. This shop had better keep room: a higher minimum, a lower
# target. Somebody who earns a cent by a visit, on seven thousand machines, decides otherwise. Chapter 01 tries the numbers
# one by one.
#
# ## Larger instead of more
#
# Some programs cannot be doubled: one copy has to do, so it has to be larger. Since version 1.35 a running pod can be resized in place.

# %% jupyter={"source_hidden": true}
predict(
    "One pod with 1 core answers 50 of 80 requests a second. It is given 2 cores while it runs. Is its container restarted?",
    ["Yes", "No, unless the container asks for it"],
    answer="No, unless the container asks for it",
    why="The kubelet changes the limits of the running process. For memory a container may ask to be restarted, by its resizePolicy.",
)

# %%
cluster = opened(1, nodes=1)
(name,) = cluster.get("pods").names
small = watch_traffic(cluster, "web", rate=80, seconds=60)
cluster.resize(f"pod/{name}", cpu="2")
cluster.run(5)
large = watch_traffic(cluster, "web", rate=80, seconds=60)
print(f"answered with 1 core: {small.availability:.1%}, with 2: {large.availability:.1%}")
assert (small.availability, large.availability) == (0.625, 1.0)
assert cluster.get(f"pod/{name}").status.container_statuses[0].restart_count == 0
asked = cluster.get("deployment/web").spec.template.spec.containers[0].resources.requests["cpu"]
print(f"the template still asks for {asked}")
assert str(asked) == "1"

# %% [markdown]
# The next pod of this Deployment will have one core again. To size pods by what they use is the work of the *Vertical Pod Autoscaler*, one more
# program that you add.
#
# > **In real life** (November 2026). It used to be said that changing cpu or memory makes a new pod. In-place resize is stable since version 1.35,
# > through the subresource `resize`. Editing the template of a Deployment still replaces its pods.
# > *Source: kubernetes.io, Resize CPU and Memory Resources (November 2026).*
#
# ## Where it ends

# %% jupyter={"source_hidden": true}
predict(
    "115 pods that request nothing, one machine. How many run?",
    ["115", "110", "As many as the memory allows"],
    answer="110",
    why="The kubelet takes 110 pods unless it is configured otherwise. That is a limit of its own, beside cpu and memory.",
)

# %%
cluster = Cluster(nodes=1)
cluster.apply(SHOP.format(replicas=115, resources="{}", ms=5))
cluster.run(60)
pods = cluster.get("pods")
print(sum(pod.status.phase == "Running" for pod in pods), "run")
alone = [pod for pod in pods if not pod.spec.node_name]
print(why_not(cluster, f"pod/{alone[0].metadata.name}"))
assert len(alone) == 5

# %% [markdown]
# > **In real life** (November 2026). Kubernetes is designed for up to 5,000 nodes, 110 pods on each, 150,000 pods and 300,000 containers. Beyond that
# > people run several clusters.
# > *Source: kubernetes.io, Considerations for large clusters.*

# %% [markdown]
# ## What to remember
#
# - A declared number makes pods. Machines are added by somebody else, take a minute or more, and take pods that wait.
# - The HPA compares use with requests every 15 s, leaves 10 % alone, at most doubles, and shrinks after 300 s.
# - Nobody scales for customers before they come. Room is bought with a minimum or with a lower target.
# - The maximum protects the bill, the minimum the customers. Choose both by numbers, and have somebody told when the maximum is reached.

# %% jupyter={"source_hidden": true}
quiz("12")
