"""Checks of the exercise 11_bin_packing/your_filter: built from source.py by `kubelite exercise build`."""

import random
from collections import Counter

from course.grading import check, not_yet, seen
from course.grading.building import fit
from kubelite import Cluster
from kubelite.chaos.shrinking import fewest

TITLE = 'Build it: has this node room?'
ANSWERS = ('fits', 'score')
KIND = 'build'

CPU, MEMORY, NODES = 2000, 4096, 3  # for pods; the kubelet keeps 100 Mi more to itself


def pod(name, cpu, memory):
    """A pod that requests so many millicores and MiB."""
    asks = {key: text for key, text in (("cpu", f"{cpu}m"), ("memory", f"{memory}Mi")) if not text.startswith("0")}
    work = {"name": "work", "image": "pause", "resources": {"requests": asks}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [work]}}


class Trial:
    """A cluster in which a learner's functions decide, and the pods of (name, cpu, memory) in it."""

    def __init__(self, fits, score, seed, pods, cpu=CPU):
        profile, self.failures = fit(fits, score)
        self.cluster = Cluster(NODES, seed, cpu=f"{cpu}m", memory=f"{MEMORY + 100}Mi", profiles=(profile,))
        self.sizes = {name: (cpu, memory) for name, cpu, memory in pods}
        self.cluster.apply([pod(*one) for one in pods])
        self.cluster.run(5)
        self.failures.raise_()
        self.where = {p.metadata.name: p.spec.node_name for p in self.cluster.get("pods")}

    def full(self):
        """The first node that holds more than it has, as a sentence, or ""."""
        cpu, memory = Counter(), Counter()
        for name, node in self.where.items():
            if node:
                cpu[node] += self.sizes[name][0]
                memory[node] += self.sizes[name][1]
        for node in cpu:
            if cpu[node] > CPU:
                return f"{node} has {CPU} m of cpu and was given pods that request {cpu[node]} m."
            if memory[node] > MEMORY:
                return f"{node} has {MEMORY} Mi of memory and was given pods that request {memory[node]} Mi."
        return ""


def batch(seed):
    """Pods of all sizes, more than there is room for."""
    draw = random.Random(seed)
    return [(f"pod-{n}", 50 * draw.randint(0, 18), 64 * draw.randint(0, 30)) for n in range(16)]


def shortest(fits, score, seed, wrong):
    """The fewest pods of a batch with which something is wrong."""
    return fewest(batch(seed), lambda pods: wrong(Trial(fits, score, seed, pods)), 20)


@check(
    points=2,
    title="No node is given too much",
    hints=("What is taken and what the pod requests, together.", "There are two resources, and each may run out."),
)
def never_too_much(fits, score, seed):
    trial = Trial(fits, score, seed, batch(seed))
    if trial.full():
        pods = shortest(fits, score, seed, Trial.full)
        fewer = Trial(fits, score, seed, pods)
        return not_yet(
            f"{fewer.full()} {len(pods)} pods are enough for that.",
            schedule=[f"{name} requests {cpu}m of cpu and {memory}Mi of memory" for name, cpu, memory in pods],
            run=fewer.cluster,
        )
    placed = sum(bool(node) for node in trial.where.values())
    if placed < 3:
        return not_yet(f"{placed} of {len(trial.where)} pods were placed: a node that gets nothing is never too full.")
    return seen(f"{placed} of {len(trial.where)} pods were placed, and no node held more than it has.", run=trial.cluster)


@check(
    points=2,
    title="What fits is placed",
    hints=("A node that is filled to the last millicore is not too full.", "A pod that asks for nothing fits where there is none left."),
)
def to_the_last(fits, score, seed):
    pods = [(f"half-{n}", CPU // 2, MEMORY // 2) for n in range(2 * NODES)] + [("idle", 0, 0)]
    trial = Trial(fits, score, seed, pods)
    if left := [name for name, node in trial.where.items() if not node]:
        return not_yet(
            f"{len(left)} of {len(pods)} pods waited, though three nodes had room for two halves each, and one asked for nothing.",
            "A full node is thought to have no room for a pod that requests nothing, or to be full too early.",
            run=trial.cluster,
        )
    return seen(f"Three nodes were filled with {len(pods)} pods.", run=trial.cluster)


@check(points=1, title="Not too many pods", hints=("node['pods'] is how many a node takes.",))
def pods_of_a_node(fits, score, seed):
    room = {"cpu": 2000, "memory": 1 << 32, "used_cpu": 0, "used_memory": 0, "name": f"node-{seed}", "labels": {}}
    asked = {"name": "small", "labels": {}, "cpu": 0, "memory": 0}
    full, free = (fits(pod=asked, node={**room, "pods": 110, "used_pods": used}) for used in (110, 109))
    if free:
        return not_yet("A node with room for 110 pods had 109, and the next was refused.")
    if not full:
        return not_yet("A node with room for 110 pods had 110, and was to take one more.")
    return seen("The 110th pod was taken, and the 111th refused.")


@check(points=1, title="Who waits is told why", hints=("FailedScheduling counts the nodes by the reason that fits gives.",))
def told_why(fits, score, seed):
    trial = Trial(fits, score, seed, [("thirsty", 3 * CPU, 64), ("forgetful", 50, 3 * MEMORY)])
    told = {}
    for name in ("thirsty", "forgetful"):
        found = [e.message for e in trial.cluster.events(f"pod/{name}") if e.reason == "FailedScheduling"]
        told[name] = found[0] if found else "nothing"
    for name, reason in (("thirsty", "Insufficient cpu"), ("forgetful", "Insufficient memory")):
        if f"{NODES} {reason}" not in told[name]:
            return not_yet(f"A pod that wants more {reason.split()[1]} than any node has was told: {told[name].partition(' preemption')[0]}")
    return seen(f"Told to who waits: {told['thirsty'].partition(' preemption')[0]}")


@check(
    points=2,
    title="Small ones leave room for the big",
    hints=("Where should a small pod go, so that another node stays empty?", "The fuller the node, the higher the score."),
)
def packed(fits, score, seed):
    small = [(f"small-{n}", 150 + 10 * (seed % 5), 256) for n in range(9)]
    trial = Trial(fits, score, seed, small)
    trial.cluster.apply(pod("big", CPU, MEMORY // 2))
    trial.cluster.run(5)
    trial.failures.raise_()
    used = {node for name, node in trial.where.items() if node}
    if trial.full():
        return not_yet(trial.full(), run=trial.cluster)
    if not used:
        return not_yet("None of the small pods was placed.")
    if not trial.cluster.get("pod", "big").spec.node_name and len(used) < NODES:
        return not_yet(f"Only {len(used)} of {NODES} nodes were used, and still a pod that needs a whole one waited.")
    if not trial.cluster.get("pod", "big").spec.node_name:
        return not_yet(
            f"Nine small pods lay on {len(used)} nodes, so none of the three was left for one that needs a whole node.",
            "Spreading pods is thought to be always better than packing them.",
            run=trial.cluster,
        )
    return seen(f"Nine small pods lay on {len(used)} nodes, and the big one found one to itself.", run=trial.cluster)
