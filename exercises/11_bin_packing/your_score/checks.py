"""Checks of the exercise 11_bin_packing/your_score: built from source.py by `kubelite exercise build`."""

import random
from collections import Counter

from course.grading import check, not_yet, seen
from course.grading.building_scheduler import scoring
from kubelite import Cluster
from kubelite.chaos.shrinking import fewest

TITLE = 'Build it: which node is the best?'
ANSWERS = ('score',)
KIND = 'build'

MI = 1 << 20


def pod(name, cpu, memory):
    """A pod that requests so many millicores and MiB."""
    asks = {"cpu": f"{cpu}m", "memory": f"{memory}Mi"}
    work = {"name": "work", "image": "pause", "resources": {"requests": asks}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [work]}}


class Yard:
    """Nodes of these sizes (cores, GiB), and pods of (cpu, memory) placed one after the other."""

    def __init__(self, score, seed, nodes, pods):
        profile, failures = scoring(score)
        (cores, gib), *others = nodes
        self.cluster = Cluster(1, seed, cpu=str(cores), memory=f"{gib}Gi", profiles=(profile,))
        for cores, gib in others:
            self.cluster.add_node(cpu=str(cores), memory=f"{gib}Gi")
        self.cluster.run(15 if others else 0)
        self.has = {
            n.metadata.name: (n.status.allocatable["cpu"].milli, int(n.status.allocatable["memory"].milli) // 1000 / MI)
            for n in self.cluster.get("nodes")
        }
        self.used = {name: (0, 0) for name in self.has}
        self.count, self.wrong = Counter(), ""
        for number, (cpu, memory) in enumerate(pods):
            self.cluster.apply(pod(f"pod-{number}", cpu, memory))
            self.cluster.run(0.2)
            failures.raise_()
            self.look(number, cpu, memory)

    def fullness(self, node, cpu, memory):
        """How full, in percent, the node's scarcest resource is with such a pod; above 100 it has no room."""
        (has_cpu, has_memory), (used_cpu, used_memory) = self.has[node], self.used[node]
        return 100 * max((used_cpu + cpu) / has_cpu, (used_memory + memory) / has_memory)

    def look(self, number, cpu, memory):
        """Where the pod went, and whether another node would have been less full."""
        node = self.cluster.get("pod", f"pod-{number}").spec.node_name
        if not node:
            return
        levels = {name: self.fullness(name, cpu, memory) for name in self.has}
        best = min(levels, key=levels.get)
        if not self.wrong and levels[node] > levels[best] + 1.5:
            self.wrong = (
                f"A pod of {cpu}m and {memory}Mi went to {node}, whose scarcest resource was then {levels[node]:.0f} % taken; "
                f"on {best} it would have been {levels[best]:.0f} %."
            )
        used_cpu, used_memory = self.used[node]
        self.used[node] = used_cpu + cpu, used_memory + memory
        self.count[node] += 1

    def told(self):
        return ", ".join(f"{node} {self.count[node]}" for node in self.has)


@check(points=2, title="Equal shares for equal nodes", hints=("The less of a node is taken, the better it is.", "used_cpu is without this pod."))
def equal(score, seed):
    size = 300 + 20 * (seed % 5)
    yard = Yard(score, seed, [(4, 16)] * 3, [(size, 512)] * 9)
    if set(yard.count.values()) != {3}:
        return not_yet(
            f"Nine equal pods on three equal nodes: {yard.told()}.",
            "A node that is in use already is thought to be the better one." if len(yard.count) == 1 else "",
            run=yard.cluster,
        )
    return seen(f"Nine equal pods on three equal nodes: {yard.told()}.", run=yard.cluster)


@check(points=2, title="Shares, not amounts", hints=("500 m are a quarter of one node and a sixteenth of another.", "(used + requested) / what there is"))
def shares(score, seed):
    yard = Yard(score, seed, [(2, 16), (8, 16)], [(250 + 50 * (seed % 3), 64)] * 10)
    if yard.wrong:
        return not_yet(f"A node of 2 cores and one of 8, ten pods: {yard.told()}. {yard.wrong}", "Free millicores are compared, whatever they are a part of.", run=yard.cluster)
    return seen(f"A node of 2 cores and one of 8, ten pods: {yard.told()}.", run=yard.cluster)


@check(points=2, title="The scarcer one decides", hints=("Two shares for each node. Which of them hurts?", "The larger share, not their average."))
def scarcer(score, seed):
    cpus, memories = [(1000 + 40 * (seed % 4), 256)] * 2, [(100, 5000 + 90 * (seed % 4))] * 3
    yard = Yard(score, seed, [(4, 16)] * 2, [cpus[0], memories[0], memories[1], cpus[1], memories[2], (300, 3000)])
    if yard.wrong:
        return not_yet(
            f"Pods that need cpu and pods that need memory: {yard.told()}. {yard.wrong}",
            "A node is thought to be as full as its cpu, or as the average of all it has.",
            run=yard.cluster,
        )
    return seen(f"Pods that need cpu and pods that need memory: {yard.told()}.", run=yard.cluster)


NODES = [(2, 16), (8, 8), (4, 32)]


@check(points=3, title="Any batch", hints=("The schedule of the report is the shortest batch with which a pod goes to the wrong node.",))
def batches(score, seed):
    draw = random.Random(seed)
    pods = [(50 * draw.randint(1, 16), 128 * draw.randint(1, 18)) for _ in range(14)]
    if Yard(score, seed, NODES, pods).wrong:
        pods = fewest(pods, lambda some: bool(Yard(score, seed, NODES, some).wrong), 15)
        yard = Yard(score, seed, NODES, pods)
        return not_yet(
            f"{yard.wrong} {len(pods)} pod{'s are' if len(pods) > 1 else ' is'} enough for that.",
            schedule=[f"a pod requests {cpu}m of cpu and {memory}Mi of memory" for cpu, memory in pods],
            run=yard.cluster,
        )
    return seen(f"{len(pods)} pods of all sizes went where the scarcest resource stayed most free.")
