"""Checks of the exercise 09_fault_tolerance/a_node_falls_silent: built from source.py by `kubelite exercise build`."""

from functools import cache

from course.grading import check, not_yet, seen
from course.grading.mending import deployment
from kubelite import Cluster
from kubelite.api.conditions import node_ready

TITLE = 'A node falls silent'
ANSWERS = ('prediction',)
KIND = 'predict'

NEAR = 5
TAINTS = ("not-ready", "unreachable")


def problem(draw):
    """A toleration well away from the grace and from the default, and an absence to one side of the sum."""
    toleration = draw.choice([15, 20, 25, 75, 80, 90, 100, 120])
    away = 50 + toleration + draw.choice([-30, -25, 25, 40])
    return {"toleration": toleration, "away": max(away, toleration + 15)}


def pods(name, **pod):
    """A Deployment of three pods that do nothing."""
    return deployment(3, name, "pause", container={"readinessProbe": None}, pod=pod)


def tolerating(seconds):
    """Two tolerations, as long as that."""
    key = {"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": seconds}
    return [{"key": f"node.kubernetes.io/{taint}", **key} for taint in TAINTS]


def dark(toleration, seed):
    """A cluster just after a node with a pod of ``hasty`` lost power; the node and the pods of before."""
    cluster = Cluster(nodes=3, seed=seed)
    cluster.apply([pods("hasty", tolerations=tolerating(toleration)), pods("calm")])
    cluster.run(60)
    before = {pod.metadata.name for pod in cluster.get("pods")}
    node = cluster.get("pods", selector="app=hasty")[0].spec.node_name
    cluster.kill_node(node)
    return cluster, node, before


def came(cluster, before):
    """Which Deployments have got a pod since."""
    return {pod.metadata.labels["app"] for pod in cluster.get("pods") if pod.metadata.name not in before}


@cache
def truth(toleration, away, seed):
    """What happened, in seconds, and whether the pod moved on the other day."""
    cluster, node, before = dark(toleration, seed)
    happened = {}
    for second in range(1, 400):
        cluster.run(1)
        if "noticed" not in happened and not node_ready(cluster.get("node", node)):
            happened["noticed"] = second
        for name in came(cluster, before):
            happened.setdefault(name, second)
    cluster, node, before = dark(toleration, seed)
    cluster.run(away)
    happened["moved"] = "hasty" in came(cluster, before)
    return happened


def told(prediction, name, kind=(int, float)):
    """One part of the prediction, if it is what it should be."""
    value = prediction.get(name) if isinstance(prediction, dict) else None
    right = isinstance(value, kind) and (kind is bool or (not isinstance(value, bool) and value > 0))
    return value if right else None


def judged(prediction, given, seed, name, what, slips):
    """A number of seconds, compared; ``slips`` says what a wrong one is often made of."""
    wanted = truth(given["toleration"], given["away"], seed)[name]
    said = told(prediction, name)
    if said is None:
        return not_yet(f"There is no number for `{name}` yet.")
    if abs(said - wanted) <= NEAR:
        return seen(f"{what} after {wanted} s.")
    idea = next((idea for number, idea in slips if abs(said - number) <= NEAR), "")
    return not_yet(f"{what} {'earlier' if said > wanted else 'later'} than after {said:g} s.", misconception=idea)


@check(
    points=1,
    title="The silence is noticed",
    hints=(
        "A kubelet renews its lease every 10 seconds. One missed renewal is no reason to worry.",
        "The node lifecycle controller has a grace period; `kubectl describe node` shows when a node was last heard of.",
    ),
)
def noticed(prediction, given, seed):
    slips = ((10, "One missed sign of life is thought to be enough."), (40, "The grace period of older versions is taken."))
    return judged(prediction, given, seed, "noticed", "The node was no longer Ready", slips)


@check(
    points=2,
    title="The hasty pod is replaced",
    hints=("When does the toleration begin to count: when the power fails, or when somebody has noticed?",),
)
def hasty(prediction, given, seed):
    slips = ((given["toleration"], "A toleration is thought to count from the failure itself."),)
    return judged(prediction, given, seed, "hasty", "hasty got a new pod", slips)


@check(
    points=1,
    title="The calm pod is replaced",
    hints=("Look at a pod of calm with kubectl get pod -o yaml: it has tolerations nobody has written.",),
)
def calm(prediction, given, seed):
    slips = (
        (300, "A toleration is thought to count from the failure itself."),
        (50, "A pod without a toleration of its own is thought to have none."),
    )
    return judged(prediction, given, seed, "calm", "calm got a new pod", slips)


@check(
    points=1,
    title="A shorter night",
    hints=("Compare `away` with the moment at which hasty would get its new pod.",),
)
def moved(prediction, given, seed):
    said = told(prediction, "moved", bool)
    if said is None:
        return not_yet("`moved` is neither True nor False yet.")
    wanted = truth(given["toleration"], given["away"], seed)["moved"]
    what = f"After {given['away']} s without power hasty had {'a' if wanted else 'no'} new pod."
    return seen(what) if said == wanted else not_yet("It was the other way round.")
