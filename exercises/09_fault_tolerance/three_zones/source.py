# %% [markdown] kind="write"
# # Six tills in three zones
#
# Sarah's machines stand in three halls. Each node says in which: its label `topology.kubernetes.io/zone` is `north`,
# `south` or `east`. North is the big hall, with more nodes than the two others together. Last month the power failed
# in north, and with it nearly the whole shop.
#
# **Your task.** Write the Deployment `shop` (image `shop:1.0`, label `app: shop`, port 8080) so that
#
# | what happens | what is to be true | points |
# |---|---|---|
# | the manifest is applied | six shops are open, two in each hall | 3 |
# | a hall loses its power | at least four of six are still open | 1 |
# | seven minutes later | six are open again, in the two halls that are left, three in each | 2 |
# | version 1.1 replaces 1.0 | afterwards there are two in each hall again | 1 |

# %%
from course.grading import practise

check, hint = practise("09_fault_tolerance/three_zones")

# %% [markdown]
# **Before you write it:** a rule says that no hall may hold more than one shop more than any other. A hall has no power:
# how many may the others hold? What if the rule counts that hall, and what if it does not?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "manifest", "locked": false, "schema_version": 3, "solution": true, "task": false}
manifest = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 6
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
          image: shop:1.0
          readinessProbe:
            httpGet: {path: /, port: 8080}
"""
### BEGIN SOLUTION
manifest = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 6
  selector:
    matchLabels:
      app: shop
  template:
    metadata:
      labels:
        app: shop
    spec:
      topologySpreadConstraints:
        - topologyKey: topology.kubernetes.io/zone
          maxSkew: 1
          whenUnsatisfiable: DoNotSchedule
          nodeTaintsPolicy: Honor
          labelSelector:
            matchLabels:
              app: shop
          matchLabelKeys: [pod-template-hash]
      containers:
        - name: shop
          image: shop:1.0
          readinessProbe:
            httpGet: {path: /, port: 8080}
"""
### END SOLUTION

# %%
check(manifest)

# %%
hint()

# %% tags=["checks"]
from collections import Counter

from course.grading import check, not_yet, seen
from course.grading.exercise import once
from course.grading.writing import hand_in
from kubelite import Cluster
from kubelite.api.conditions import pod_ready

# %% tags=["checks"]
ZONE = "topology.kubernetes.io/zone"
HALLS = ("north", "south", "east")


class Halls:
    """Nine nodes in three halls, with the learner's Deployment on them."""

    def __init__(self, manifest, seed):
        self.cluster = Cluster(1, seed)
        self.cluster.patch("node/node-1", {"metadata": {"labels": {ZONE: "north"}}})
        for hall in ("north",) * (4 + seed % 2) + ("south", "south", "east"):
            self.cluster.add_node(labels={ZONE: hall})
        self.cluster.run(15)
        self.hall = {n.metadata.name: n.metadata.labels[ZONE] for n in self.cluster.get("nodes")}
        hand_in(self.cluster, manifest, ("Deployment", "PodDisruptionBudget"))
        self.cluster.run(40)

    def open(self, version=""):
        """How many shops (of a version) are open in each hall."""
        pods = self.cluster.get("pods", selector="app=shop")
        found = Counter(self.hall[p.spec.node_name] for p in pods if pod_ready(p) and not p.metadata.deletion_timestamp and p.spec.containers[0].image.startswith(f"shop:{version}"))
        return {hall: found[hall] for hall in HALLS}

    def darken(self, hall):
        for node, where in self.hall.items():
            if where == hall:
                self.cluster.kill_node(node)

    def not_yet(self, sentence, misconception=""):
        return not_yet(sentence, misconception, run=self.cluster)


def told(found):
    return ", ".join(f"{hall} {count}" for hall, count in found.items())


def dark(manifest, seed):
    """A minute, and seven minutes, after the hall with most shops has lost its power."""
    halls = Halls(manifest, seed)
    before = halls.open()
    lost = max(HALLS, key=lambda hall: (before[hall], hall))
    halls.darken(lost)
    halls.cluster.run(60)
    first = halls.open()
    halls.cluster.run(360)
    return halls, lost, before, first, halls.open()


standing, darkened = once(Halls), once(dark)


@check(
    points=3,
    title="Two in each hall",
    hints=("topologySpreadConstraints in the template's spec: topologyKey says what is counted.", "maxSkew 1 with DoNotSchedule is a rule, ScheduleAnyway is a wish.", "labelSelector says which pods are counted; without it none is."),
)
def two_each(manifest, seed):
    halls = standing(manifest, seed)
    found = halls.open()
    if set(found.values()) != {2}:
        uneven = sum(found.values()) == 6
        return halls.not_yet(f"40 s after the manifest was applied, shops were open in {told(found)}.", "That shops stand on different machines is thought to be enough." if uneven else "")
    return seen(f"Shops were open in {told(found)}.", run=halls.cluster)


@check(points=1, title="Four outlive a hall", hints=("If each hall holds two, losing one costs two.",))
def four_left(manifest, seed):
    halls, lost, before, first, _ = darkened(manifest, seed)
    if sum(before.values()) != 6:
        return halls.not_yet(f"Before the power failed, shops were open in {told(before)}.")
    if sum(first.values()) - first[lost] < 4 or before[lost] > 2:
        return halls.not_yet(f"{before[lost]} of six shops were in {lost} when its power failed; {6 - before[lost]} were left.")
    return seen(f"{lost} lost its power, and {6 - before[lost]} shops were left.", run=halls.cluster)


@check(
    points=2,
    title="Six again, in two halls",
    hints=(
        "kubectl describe of a pod that waits says which rule keeps it waiting.",
        "A hall without power still counts, with no shop in it, unless the constraint honours taints: nodeTaintsPolicy.",
    ),
)
def six_again(manifest, seed):
    halls, lost, _, _, last = darkened(manifest, seed)
    rest = {hall: count for hall, count in last.items() if hall != lost}
    waiting = sum(not p.spec.node_name for p in halls.cluster.get("pods", selector="app=shop"))
    if waiting:
        return halls.not_yet(
            f"Seven minutes after {lost} lost its power, {waiting} shops waited for a node; open were {told(rest)}.",
            "A rule for the good days is thought to do no harm on the bad ones.",
        )
    if set(rest.values()) != {3}:
        return halls.not_yet(f"Seven minutes after {lost} lost its power, shops were open in {told(rest)}.", "A wish is taken for a rule." if sum(rest.values()) == 6 else "")
    return seen(f"Seven minutes after {lost} lost its power, shops were open in {told(rest)}.", run=halls.cluster)


@check(points=1, title="The new version is spread, too", hints=("While it is replaced, pods of two versions are counted together, unless matchLabelKeys tells them apart.",))
def new_version(manifest, seed):
    halls = Halls(manifest, seed)
    if set(halls.open().values()) != {2}:
        return halls.not_yet(f"Before version 1.1 came, shops were open in {told(halls.open())}.")
    for version in ("1.1", "1.2", "1.3"):
        halls.cluster.kubectl(f"set image deployment/shop *=shop:{version}")
        halls.cluster.run(45)
        found = halls.open(version)
        if set(found.values()) != {2}:
            return halls.not_yet(f"After version {version} had come, shops of it were open in {told(found)}.", "Pods that are about to go are thought not to count.")
    return seen("After three new versions there were two shops in each hall.", run=halls.cluster)


# %% tags=["hidden"]
SEEDS = (1102,)

# %% tags=["wrong"] wrong="patience with a dark hall" points=5 because="shops were open in"
manifest = manifest.replace("      containers:", "      tolerations:\n        - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute}\n      containers:")

# %% tags=["wrong"] wrong="a rule that counts the dark hall" points=5 because="on the bad ones"
manifest = manifest.replace("          nodeTaintsPolicy: Honor\n", "")

# %% tags=["wrong"] wrong="each on a node of its own" points=0 because="thought to be enough"
manifest = manifest.replace("topology.kubernetes.io/zone", "kubernetes.io/hostname")

# %% tags=["wrong"] wrong="both versions counted together" points=6 because="thought not to count"
manifest = manifest.replace("          matchLabelKeys: [pod-template-hash]\n", "")

# %% tags=["wrong"] wrong="a skew of two" points=0 because="open in"
manifest = manifest.replace("maxSkew: 1", "maxSkew: 2")

# %% tags=["wrong"] wrong="under another name" points=6 because="shops of it were open in north 0"
manifest = manifest.replace("  name: shop\nspec", "  name: store\nspec")
