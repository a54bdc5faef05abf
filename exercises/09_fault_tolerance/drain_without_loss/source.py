# %% [markdown] kind="operate"
# # Drain without loss
#
# All three nodes get a new kernel tonight, one after the other. A node may be switched off when nothing of Sarah's
# runs on it. Her four shops stay open meanwhile: a customer comes every half second.
#
# Sarah's shop opens its door 8 seconds after it starts, and has a readiness probe. There is no PodDisruptionBudget
# yet. The machine room needs a node for 30 seconds: that is how long it has to stay empty.
#
# **Your task.** Say what is to be done, so that
#
# | what is to be true | points |
# |---|---|
# | each node has been empty of shops and closed for new ones, 30 seconds without a break | 2 |
# | at no time fewer than three shops were open, and no customer was turned away | 3 |
# | in the end all three nodes are open again and four shops run | 1 |
# | it took at most 10 minutes | 1 |
#
# Your answer `operate` is a list of commands and waits, as `["kubectl cordon node-1", "wait 30"]`, or a function
# `operate(kubectl)`: `kubectl("get pods -o json")` gives what is printed (`.json()` reads it, `.ok` says whether it
# was done), `kubectl.wait(5)` lets 5 seconds pass.

# %%
from course.grading import practise

street = practise("09_fault_tolerance/drain_without_loss")
check, hint = street
kubectl = street.kubectl
kubectl("get pods -o wide")

# %% [markdown]
# **Before you begin:** how long may four shops be fewer than four, and who sees to it that a drain waits?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "operate", "locked": false, "schema_version": 3, "solution": true, "task": false}
operate = [
    "kubectl get nodes",
]
### BEGIN SOLUTION
def operate(kubectl):
    kubectl("create poddisruptionbudget shop --selector=app=shop --min-available=3")
    for node in ("node-1", "node-2", "node-3"):
        kubectl(f"drain {node} --ignore-daemonsets")
        kubectl.wait(32)
        kubectl(f"uncordon {node}")
        kubectl("wait pod --for=condition=Ready --selector=app=shop --timeout=60s")
### END SOLUTION

# %%
check(operate)

# %%
hint()

# %% tags=["checks"]
from course.grading import check, not_yet, once, seen
from course.grading.operating import Customers, Operator
from course.grading.shop import Street
from kubelite.api.conditions import pod_ready

# %% tags=["checks"]
NODES = ("node-1", "node-2", "node-3")
EMPTY = 30

SHOP = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 4
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      containers:
        - name: shop
          image: sarahs-shop:1.0
          resources:
            requests:
              cpu: 500m
          readinessProbe:
            httpGet:
              path: /ready
              port: 8080
            periodSeconds: 2
"""


def scenario(seed):
    """Four shops, open."""
    street = Street(seed)
    street.open(SHOP)
    street.cluster.run(60)
    return street.cluster


class Night:
    """What happened in one night: customers, and how long each node was empty and closed."""

    def __init__(self, operate, seed):
        self.cluster = scenario(seed)
        self.longest, self.since = dict.fromkeys(NODES, 0), {}
        self.scarce, self.fewest = 0, 4
        self.customers = Customers(self.cluster, "shop")
        self.look()
        operator = Operator(self.cluster, seconds=1200)
        operator.take(operate)
        self.took = operator.elapsed
        self.shops = [p for p in self.cluster.get("pods", selector="app=shop") if p.status.phase == "Running"]
        self.closed = [n.metadata.name for n in self.cluster.get("nodes") if n.spec.unschedulable]
        self.cluster.run(20)
        self.customers.stop()

    def look(self):
        """Once a second: how many shops are open, and which nodes are empty and closed?"""
        shops = self.cluster.get("pods", selector="app=shop")
        ready = sum(pod_ready(p) and p.metadata.deletion_timestamp is None for p in shops)
        self.scarce, self.fewest = self.scarce + (ready < 3), min(ready, self.fewest)
        used = {pod.spec.node_name for pod in shops}
        for node in self.cluster.get("nodes"):
            name = node.metadata.name
            if node.spec.unschedulable and name not in used:
                self.longest[name] = max(self.longest[name], self.seconds(name))
            else:
                self.since.pop(name, None)
        self.cluster.clock.after(1_000_000, self.look)

    def seconds(self, name):
        began = self.since.setdefault(name, self.cluster.clock.now)
        return (self.cluster.clock.now - began) // 1_000_000

    @property
    def done(self):
        """The nodes that were empty for long enough."""
        return [name for name in NODES if self.longest[name] >= EMPTY]


night_of = once(Night)


@check(
    points=2,
    title="Each node was empty for 30 seconds",
    hints=(
        "cordon closes a node for new pods; what runs there stays.",
        "kubectl drain cordons a node and asks its pods to leave. It is over when they have left.",
    ),
)
def emptied(operate, seed):
    night = night_of(operate, seed)
    missing = [name for name in NODES if name not in night.done]
    if missing:
        name = missing[0]
        return not_yet(f"{name} was closed and empty for {night.longest[name]} s at a stretch, not for {EMPTY}.")
    return seen("Each of the three nodes was closed and empty for half a minute.")


@check(
    points=3,
    title="Three shops were always open",
    hints=(
        "A drain evicts all pods of a node at once, unless something holds it back.",
        "A PodDisruptionBudget says how many have to stay. And is a shop that has just started open already?",
    ),
)
def served(operate, seed):
    night = night_of(operate, seed)
    if len(night.done) < len(NODES):
        return not_yet(f"Only {len(night.done)} of 3 nodes were made empty, so there was little to survive.")
    if night.scarce:
        return not_yet(
            f"For {night.scarce} s fewer than three shops were open, at the worst {night.fewest}.",
            misconception="A drain is thought to wait for the new pods by itself.",
        )
    if night.customers.lost:
        return not_yet(
            f"{night.customers.lost} of {night.customers.came} customers {night.customers.trouble}."
        )
    return seen(f"At least three shops were open all night, and all {night.customers.came} customers were served.")


@check(points=1, title="In the end all is as before", hints=("Who opens a node again after a drain?",))
def restored(operate, seed):
    night = night_of(operate, seed)
    if not night.done:
        return not_yet("Nothing was made empty, so nothing could be put back.")
    if night.closed:
        return not_yet(f"{night.closed[0]} was still closed for new pods.")
    if len(night.shops) != 4:
        return not_yet(f"{len(night.shops)} shops ran in the end, not 4.")
    return seen("Three nodes were open and four shops ran.")


@check(points=1, title="It took at most 10 minutes", hints=("30 seconds for each node, and what the shops need.",))
def in_time(operate, seed):
    night = night_of(operate, seed)
    if len(night.done) < len(NODES):
        return not_yet(f"Only {len(night.done)} of 3 nodes were made empty.")
    if night.took > 600:
        return not_yet(f"It took {night.took:.0f} s.")
    return seen(f"It took {night.took:.0f} s.")


# %% tags=["hidden"]
SEEDS = (307,)

# %% tags=["wrong"] wrong="no budget" points=4 because="A drain is thought to wait"
operate = [
    step
    for node in ("node-1", "node-2", "node-3")
    for step in (f"kubectl cordon {node}", f"kubectl drain {node} --ignore-daemonsets", "wait 32", f"kubectl uncordon {node}")
]

# %% tags=["wrong"] wrong="only cordoned" points=0 because="closed and empty for 0 s"
operate = [s for n in (1, 2, 3) for s in (f"kubectl cordon node-{n}", "wait 32", f"kubectl uncordon node-{n}")]

# %% tags=["wrong"] wrong="never opened again" points=0 because="node-3"
operate = ["kubectl create pdb shop --selector=app=shop --min-available=3"] + [
    step for n in (1, 2) for step in (f"kubectl drain node-{n} --ignore-daemonsets", "wait 40")
]

# %% tags=["wrong"] wrong="one after the other, with all the time in the world" points=6 because="It took"
def operate(kubectl):
    kubectl("create poddisruptionbudget shop --selector=app=shop --min-available=3")
    for node in ("node-1", "node-2", "node-3"):
        kubectl(f"drain {node} --ignore-daemonsets")
        kubectl.wait(200)
        kubectl(f"uncordon {node}")
        kubectl.wait(60)

# %% tags=["wrong"] wrong="the last one stays closed" points=6 because="node-3 was still closed"
def operate(kubectl):
    kubectl("create poddisruptionbudget shop --selector=app=shop --min-available=3")
    for node in ("node-1", "node-2", "node-3"):
        kubectl(f"drain {node} --ignore-daemonsets")
        kubectl.wait(32)
        if node != "node-3":
            kubectl(f"uncordon {node}")
        kubectl("wait pod --for=condition=Ready --selector=app=shop --timeout=60s")
