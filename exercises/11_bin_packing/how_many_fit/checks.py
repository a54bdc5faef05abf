"""Checks of the exercise 11_bin_packing/how_many_fit: built from source.py by `kubelite exercise build`."""

from collections import Counter

from course.grading import check, not_yet, once, seen
from kubelite import Cluster

TITLE = 'How many fit?'
ANSWERS = ('prediction',)
KIND = 'predict'

KUBELETS = 100
"""MiB of each node that the kubelet keeps back from pods."""


def problem(draw):
    """Numbers whose shares of cpu and memory differ, and that leave something over on each node."""
    while True:
        nodes, cpu, memory = draw.randint(3, 6), 1000 * draw.randint(3, 9), 1024 * draw.randint(4, 12)
        pod_cpu, pod_memory = 50 * draw.randint(9, 25), 64 * draw.randint(9, 25)
        by_cpu, by_memory = cpu // pod_cpu, memory // pod_memory
        left = nodes * cpu // pod_cpu > nodes * by_cpu and nodes * memory // pod_memory > nodes * by_memory
        if abs(by_cpu - by_memory) >= 2 and left and min(by_cpu, by_memory) >= 3:
            return {"nodes": nodes, "cpu": cpu, "memory": memory, "pod_cpu": pod_cpu, "pod_memory": pod_memory}


@once
def truth(given, seed):
    """How many pods run on each node, and what the others wait for."""
    cluster = Cluster(given["nodes"], seed, cpu=f"{given['cpu']}m", memory=f"{given['memory'] + KUBELETS}Mi")
    requests = {"cpu": f"{given['pod_cpu']}m", "memory": f"{given['pod_memory']}Mi"}
    pod = {"containers": [{"name": "work", "image": "pause", "resources": {"requests": requests}}]}
    labels = {"app": "work"}
    spec = {"replicas": 200, "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}}
    cluster.apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "work"}, "spec": spec})
    cluster.run(10)
    nodes = Counter(pod.spec.node_name for pod in cluster.get("pods") if pod.spec.node_name)
    waiting = next(event.message for event in cluster.events() if event.reason == "FailedScheduling")
    return nodes, "cpu" if "Insufficient cpu" in waiting else "memory"


def said(prediction, name, kind):
    """One part of the prediction, if it is what it should be."""
    value = prediction.get(name) if isinstance(prediction, dict) else None
    return value if isinstance(value, kind) and not isinstance(value, bool) and value else None


@check(
    points=1,
    title="One node",
    hints=("A node is full when either of the two has no room for one pod more.",),
)
def on_one(prediction, given, seed):
    wanted = max(truth(given, seed)[0].values())
    said_so = said(prediction, "on_one", int)
    if said_so is None:
        return not_yet("There is no number of pods for one node yet.")
    if said_so == wanted:
        return seen(f"The fullest node held {wanted} pods.")
    more = said_so > wanted
    return not_yet(
        f"The fullest node held {'fewer' if more else 'more'} than {said_so} pods.",
        misconception="Only one of cpu and memory is looked at." if more else "",
    )


@check(
    points=2,
    title="The whole cluster",
    hints=("What is left over on one node is of no use to a pod on another.",),
)
def in_all(prediction, given, seed):
    wanted = truth(given, seed)[0].total()
    said_so = said(prediction, "in_all", int)
    if said_so is None:
        return not_yet("There is no number of pods for the cluster yet.")
    if said_so == wanted:
        return seen(f"{wanted} pods ran, and {200 - wanted} waited.")
    more = said_so > wanted
    return not_yet(
        f"{'Fewer' if more else 'More'} than {said_so} pods ran.",
        misconception="The nodes are added up, as if a pod could lie on two of them." if more else "",
    )


@check(
    points=1,
    title="What runs out first",
    hints=("kubectl describe of a pod that waits says what the nodes had too little of.",),
)
def short_of(prediction, given, seed):
    said_so = said(prediction, "short_of", str)
    if said_so is None:
        return not_yet("Nothing is named yet.")
    if said_so == truth(given, seed)[1]:
        return seen(f"FailedScheduling said: Insufficient {said_so}.")
    return not_yet(f"What waited did not wait for {said_so[:20]} first.")
