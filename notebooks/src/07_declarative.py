# %%
from collections import Counter

from course.lesson import (
    Cluster,
    ClusterView,
    graph,
    predict,
    quiz,
    replicas_slider,
    show,
    timeline,
)

# %% [markdown]
# Sarah's shop is a web application in a container. The manifest asks for three copies of it.

# %%
SHOP = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: shop
          image: shop:1.0
          env:
            - name: DRAIN_SECONDS # asked to stop, it first answers what it has begun
              value: "2"
          resources:
            requests:
              cpu: 600m
"""


def open_shop(nodes: int = 3, cpu: str = "4", replicas: int = 3) -> Cluster:
    """A fresh cluster with the shop running in it."""
    cluster = Cluster(nodes=nodes, cpu=cpu)
    cluster.apply(SHOP)
    if replicas != 3:
        cluster.scale("deployment/web", replicas)
    cluster.run(15)
    return cluster


def pods_by_node(cluster: Cluster) -> dict[str, int]:
    """How many pods each node has."""
    counts = Counter(pod.spec.node_name for pod in cluster.get("pods"))
    return {name: counts[name] for name in cluster.get("nodes").names}


# %% [markdown]
# ## From three to ten
#
# Three copies run. A newsletter goes out and the shop needs ten.

# %% jupyter={"source_hidden": true}
predict(
    "Which of these do you send to the cluster?",
    ["Start 7 more copies", "There shall be 10 copies", "Start 3 copies on node-1, 4 on node-2"],
    answer="There shall be 10 copies",
    why="You declare the end and not the way. You need not know how many run now; the cluster counts.",
)

# %% [markdown]
# Drag the slider to 10, then anywhere else. Each move sends one number, the one in the command below the
# slider. Then ten seconds of virtual time pass. Near 20 something else happens; the fifth promise below is about that.

# %%
playground = open_shop()
replicas_slider(playground, "deployment/web", max=20)

# %% [markdown]
# The same move in code, on a cluster of its own. Which pods were there before, and which are new?

# %% tags=["claim:ten-in-total", "claim:starts-seven", "claim:state-unknown"]
cluster = open_shop()
before = set(cluster.get("pods").names)

asked_at = cluster.elapsed
cluster.scale("deployment/web", 10)
cluster.run(4)

after = set(cluster.get("pods").names)
print(f"{len(before & after)} pods kept, {len(after - before)} started")
assert len(before & after) == 3
assert len(after - before) == 7

# %% [markdown]
# Seven were started, though nobody said seven. Here is the arithmetic, in the engine's own code: the whole of
# what the ReplicaSet controller decides. It is called again whenever something changes, and knows nothing of
# what it did last time.

# %% tags=["claim:never-stops"]
show("replicaset-plan")

# %% [markdown]
# ### Who did it
#
# You changed one number in the *Deployment*. The Deployment passes it to a *ReplicaSet*, which makes the pods;
# the scheduler gives each pod a node. Solid lines mean "owns", broken lines "runs on": on the node of the same colour.

# %%
graph(cluster)

# %% [markdown]
# ### Wanted against ready
#
# The dashed line jumps at once: a wish takes no time. The green line follows as containers start.

# %%
timeline(cluster, "deployment/web", since=asked_at - 1, marks={asked_at: "ten wanted"})

# %% tags=["claim:declarative", "claim:how-many"]
web = cluster.get("deployment/web")
assert web.spec.replicas == web.status.ready_replicas == 10

# %% [markdown]
# ## Six promises
#
# Desired state is a promise that Kubernetes keeps working on. Six situations put it to the test.

# %% [markdown]
# ### 1. A container exits
#
# A program ends, by a crash or because it thinks it has finished. The one below prints for 20 seconds and
# then exits with an error.

# %% jupyter={"source_hidden": true}
predict(
    "The container exits. What happens?",
    [
        "A new pod is made, perhaps on another node",
        "The container is started again in the same pod",
    ],
    answer="The container is started again in the same pod",
    why="The kubelet, the agent on the pod's own node, sees the exit and starts the container again. "
    "No controller and no scheduler is needed.",
)

# %%
PRINTER = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: printer
spec:
  selector:
    matchLabels:
      app: printer
  template:
    metadata:
      labels:
        app: printer
    spec:
      containers:
        - name: printer
          image: busybox:1.36
          args: [sh, -c, "echo printing; sleep 20; exit 1"]
"""

cluster = Cluster()
cluster.apply(PRINTER)
cluster.run(15)
(printer,) = cluster.get("pods")
cluster.run(15)
cluster.get("pods")

# %% tags=["claim:promise-exit"]
(restarted,) = cluster.get("pods")
assert restarted.metadata.uid == printer.metadata.uid
assert restarted.spec.node_name == printer.spec.node_name
assert restarted.status.container_statuses[0].restart_count == 1

# %% [markdown]
# One restart, same pod, same node. But this program will exit again and again. The kubelet then waits before
# it tries: 10 s the first time, twice as long each time, at most 300 s.

# %%
cluster.run(15)
print(cluster.get("pods"))
(waiting,) = cluster.get("pods")
assert waiting.status.container_statuses[0].state.waiting.reason == "CrashLoopBackOff"

cluster.run(600)
timeline(cluster, "deployment/printer", title="A container that exits every 20 s")

# %% [markdown]
# > **In real life** (November 2026). `CrashLoopBackOff` is why a container waits, and no phase of the pod: the
# > phases are Pending, Running, Succeeded, Failed and Unknown. A pod that waits like this is still in phase Running.
# > *Source: kubernetes.io, Pod Lifecycle.*

# %%
assert waiting.status.phase == "Running"

# %% [markdown]
# ### 2. A container becomes unresponsive
#
# Worse than an exit: the process is there and answers nobody. From outside it looks alive, so somebody has to ask.
# A *liveness probe* tells the kubelet how. This shop stops answering after a minute; the probe asks every 10 s.

# %%
HANGING = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: shop
          image: shop:1.0
          env:
            - name: HANG_AFTER_SECONDS
              value: "60"
          livenessProbe:
            httpGet:
              path: /healthz
              port: 8080
"""

# %% jupyter={"source_hidden": true}
predict(
    "One probe is not answered. Is the container killed?",
    ["Yes, at once", "No, only after three failures in a row"],
    answer="No, only after three failures in a row",
    why="failureThreshold is 3 unless you say otherwise: one lost answer may be bad luck.",
)

# %%
cluster = Cluster()
cluster.apply(HANGING)
cluster.run(50)
(hanging,) = cluster.get("pods")
name = hanging.metadata.name
cluster.run(75)
cluster.events(f"pod/{name}")

# %% tags=["claim:promise-unresponsive"]
revived = cluster.get(f"pod/{name}")
assert revived.metadata.uid == hanging.metadata.uid
assert revived.status.container_statuses[0].restart_count == 1
(unhealthy,) = [e for e in cluster.events(f"pod/{name}") if e.reason == "Unhealthy"]
assert unhealthy.count == 3

show("probe-threshold")

# %% [markdown]
# A process that hangs does not hear SIGTERM either. So the kubelet waits out the grace period, 30 s unless the pod says
# otherwise, before it kills the container and starts it again.
#
# > **In real life** (November 2026). A failed liveness probe does not replace the pod and does not move it.
# > The container is killed and started again inside the same pod, on the same node.
# > *Source: kubernetes.io, Liveness, Readiness, and Startup Probes.*

# %% [markdown]
# ### 3. Scaling up
#
# You have seen this one: three became ten, and the three were left in peace. The new pods went where there was most
# room, so the nodes ended up with about the same number.

# %% tags=["claim:promise-up"]
cluster = open_shop(replicas=10)
print(pods_by_node(cluster))
assert max(pods_by_node(cluster).values()) - min(pods_by_node(cluster).values()) <= 1

ClusterView(cluster, title="Ten copies of the shop")

# %% [markdown]
# ### 4. Scaling down
#
# The rush is over: four will do. Somebody has to choose the six that go.

# %% jupyter={"source_hidden": true}
predict(
    "A pod was added a moment ago and is not ready yet. You scale down by one. Which pod goes?",
    ["The oldest", "The one that is not ready", "One at random"],
    answer="The one that is not ready",
    why="Pods that do no work go first: those without a node, those still starting, those not ready. "
    "Then come pods on crowded nodes, then the youngest.",
)

# %% tags=["claim:promise-down"]
cluster = open_shop(replicas=10)
ready = set(cluster.get("pods").names)
cluster.scale("deployment/web", 11)
cluster.run(0.5)
(newcomer,) = set(cluster.get("pods").names) - ready
cluster.scale("deployment/web", 10)
cluster.run(35)
assert newcomer not in cluster.get("pods").names
assert set(cluster.get("pods").names) == ready

asked_at = cluster.elapsed
cluster.scale("deployment/web", 4)
cluster.run(5)
print(pods_by_node(cluster))
assert sum(pods_by_node(cluster).values()) == 4
assert pods_by_node(cluster)["node-2"] == 0
show("pod-deletion-order")

# %% [markdown]
# Node-2 had the most pods and lost them all: the order is worked out once, before the first of them goes.
#
# No pod is cut off. Its containers are asked to stop (SIGTERM) and have 30 seconds to finish what they do; until then
# the pod is *Terminating*. The shop needs two.

# %%
timeline(
    cluster,
    "deployment/web",
    since=asked_at - 1,
    title="From ten to four",
    marks={asked_at: "four wanted"},
)

# %% [markdown]
# ### 5. Room for five, ten wanted
#
# One node with 3 cores; each copy asks for 0.6 of a core. Five fit.

# %%
cluster = open_shop(nodes=1, cpu="3", replicas=10)
ClusterView(cluster, title="Ten wanted, room for five")

# %%
pods = cluster.get("pods")
assert sum(pod.spec.node_name == "node-1" for pod in pods) == 5
assert sum(pod.spec.node_name == "" for pod in pods) == 5
waiting = next(pod for pod in pods if not pod.spec.node_name)
cluster.events(f"pod/{waiting.metadata.name}")

# %% [markdown]
# The five others are not lost and have not failed. They wait, and the event says for what. Now a second machine
# arrives.

# %% tags=["claim:promise-new-node"]
arrived_at = cluster.elapsed
cluster.add_node()
cluster.run(30)
print(pods_by_node(cluster))
assert pods_by_node(cluster) == {"node-1": 5, "node-2": 5}

timeline(cluster, "deployment/web", marks={arrived_at: "node-2 switched on"})

# %% jupyter={"source_hidden": true}
predict(
    "A third, empty machine arrives while all ten run. How many pods does it get?",
    ["None", "3, so that the load is even", "5, taken from the fuller node"],
    answer="None",
    why="The scheduler places pods that have no node. A pod that has one keeps it for life.",
)

# %%
cluster.add_node()
cluster.run(120)
print(pods_by_node(cluster))
assert pods_by_node(cluster) == {"node-1": 5, "node-2": 5, "node-3": 0}

# %% [markdown]
# > **In real life** (November 2026). A new node takes waiting pods only; running ones stay where they are. To even
# > things out, clusters run the *descheduler*, which evicts pods so that new ones are placed afresh. And Kubernetes
# > does not buy machines: adding nodes is the work of the Cluster Autoscaler, Karpenter or a cloud provider.
# > *Sources: kubernetes-sigs/descheduler README (June 2026); Karpenter 1.11 (April 2026).*

# %% [markdown]
# ### 6. A node fails and takes five pods with it
#
# The same cluster, ten pods on two nodes, and the third node empty. Now node-1 loses its power.

# %% jupyter={"source_hidden": true}
predict(
    "Ten seconds after the power cut, how many pods does the cluster believe to be ready?",
    ["10", "5", "0"],
    answer="10",
    why="A dead machine sends no message. Its silence has to last before anybody may conclude something from it.",
)


# %%
def believed_ready(cluster: Cluster) -> int:
    """How many pods the Deployment reports as ready."""
    return cluster.get("deployment/web").status.ready_replicas


stricken = {pod.metadata.name for pod in cluster.get("pods") if pod.spec.node_name == "node-1"}
power_cut = cluster.elapsed
cluster.kill_node("node-1")

cluster.run(10)
print(f"after  10 s: {believed_ready(cluster)} believed ready")
assert believed_ready(cluster) == 10

cluster.run(50)
print(f"after  60 s: {believed_ready(cluster)} believed ready")
assert believed_ready(cluster) == 5
cluster.get("nodes")

# %% [markdown]
# After 50 s of silence the node lifecycle controller calls the node unreachable and puts a *taint* on it. No new pod
# goes there. The five on it may stay for 300 s more: each carries a *toleration* that says so, and it got it without asking.

# %%
taints = [(taint.key, taint.effect) for taint in cluster.get("node/node-1").spec.taints]
assert ("node.kubernetes.io/unreachable", "NoExecute") in taints
print(*taints, sep="\n")
show("default-tolerations")

# %% tags=["claim:promise-node-fails", "claim:all-by-itself"]
placed = cluster.run_until(lambda c: pods_by_node(c)["node-3"] == 5, timeout=600)
waited = 60 + placed
print(f"The five replacements had a node {waited:.0f} s after the power cut.")
assert 340 <= waited <= 370

cluster.run(30)
assert believed_ready(cluster) == 10
assert not stricken & {p.metadata.name for p in cluster.get("pods") if p.spec.node_name == "node-3"}

timeline(
    cluster,
    "deployment/web",
    since=power_cut - 30,
    title="A node fails with five pods",
    marks={power_cut: "power cut"},
)

# %% [markdown]
# > **In real life** (November 2026). Nothing is moved. A pod is bound to a node once and for all; what runs on node-3 are
# > five *new* pods with new names. Nor is it immediate: 50 s until the node counts as unreachable (40 s before version 1.32),
# > then 300 s of toleration, so nearly six minutes. Whoever cannot wait that long shortens `tolerationSeconds`.
# > *Sources: kubernetes.io, Pod Lifecycle; kubernetes/kubernetes pull request 126287 (2024).*
#
# The old five are still listed as Terminating: only their kubelet could confirm that they are gone, and it has no power.

# %%
ClusterView(cluster, title="After the power cut")

# %%
leaving = {p.metadata.name for p in cluster.get("pods") if p.metadata.deletion_timestamp}
assert leaving == stricken

# %% [markdown] tags=["claim:subtle-but-large", "claim:target-only"]
# ## What to remember
#
# - You declare a number; controllers compare it with what is there, and act on the difference, again and again.
# - A container that ends is restarted in its pod. A pod that is lost is replaced by a new one, never moved.
# - Pods without room wait and say why. A new node takes the waiting ones and leaves the others alone.
# - Silence takes time to understand: 50 s and then 300 s, unless you choose otherwise.

# %% jupyter={"source_hidden": true}
quiz("07")
