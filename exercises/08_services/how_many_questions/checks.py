"""Checks of the exercise 08_services/how_many_questions: built from source.py by `kubelite exercise build`."""

from functools import cache

from course.grading import check, not_yet, seen
from kubelite import Cluster

TITLE = 'How many questions?'
ANSWERS = ('prediction',)
KIND = 'predict'

LOCAL = "svc.cluster.local"
FULL = f"warehouse.stock.{LOCAL}"
OUTSIDE = "api.bank.example"


def problem(draw):
    """A namespace, further places to search, and how many dots make a name complete."""
    searches = draw.sample(["sarah.example", "tea.example", "office.example"], draw.randint(0, 2))
    namespace = draw.choice(["market", "square", "corner"])
    ndots = draw.choice([2, 3, 5])
    every = [f"{namespace}.{LOCAL}", LOCAL, "cluster.local", *searches]
    text = f"search {' '.join(every)}\nnameserver 10.96.0.10\noptions ndots:{ndots}\n"
    return {"resolv_conf": text, "namespace": namespace, "searches": searches, "ndots": ndots}


def place(name):
    """A namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def service(name, namespace):
    """A Service without pods: a name and an address."""
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"ports": [{"port": 80}]}}


@cache
def asked(name, namespace, searches, ndots, seed):
    """The questions, in order, and whether there was an answer."""
    cluster = Cluster(nodes=1, seed=seed)
    cluster.outside_name(OUTSIDE, "203.0.113.7")
    cluster.apply([place(namespace), place("stock"), service("shop", namespace), service("warehouse", "stock")])
    config = {"searches": list(searches), "options": [{"name": "ndots", "value": str(ndots)}]}
    spec = {"containers": [{"name": "asker", "image": "pause"}], "dnsConfig": config}
    cluster.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "asker", "namespace": namespace}, "spec": spec})
    cluster.run(20)
    found = cluster.resolve(name, from_pod="asker", namespace=namespace)
    return tuple(step.name for step in found.steps), found.ok


def judged(prediction, given, seed, name):
    """One name: as many questions as were said?"""
    said = prediction.get(name) if isinstance(prediction, dict) else None
    if type(said) is not int or said < 1:
        return not_yet(f"There is no number of questions for {name} yet.")
    steps, ok = asked(name, given["namespace"], tuple(given["searches"]), given["ndots"], seed)
    count = len(steps)
    if said == count:
        end = f"the {'answer was there' if ok else 'resolver gave up'}"
        return seen(f"{name}: after {count} question{'s' * (count > 1)} {end}.")
    idea = ""
    if said == 1:
        idea = "A name is thought to be asked for as it is written."
    elif said == count - 1 and not ok:
        idea = "The name as it is written is forgotten."
    elif said == len(given["searches"]) + 4 and ok:
        idea = "The resolver is thought to ask on when it has an answer."
    return not_yet(f"{name}: {'fewer' if said > count else 'more'} than {said} questions were asked.", misconception=idea)


@check(points=1, title="A Service next door", hints=("The first place to search is the pod's own namespace.",))
def own(prediction, given, seed):
    return judged(prediction, given, seed, "shop")


@check(
    points=1,
    title="A Service in another namespace",
    hints=("`warehouse.stock` has fewer dots than ndots, so the places are tried in order. In which of them does it exist?",),
)
def other(prediction, given, seed):
    return judged(prediction, given, seed, "warehouse.stock")


@check(
    points=1,
    title="A full name",
    hints=("A name with as many dots as ndots, or more, is asked for as it is before anything else.", f"Count the dots of {FULL}."),
)
def full(prediction, given, seed):
    return judged(prediction, given, seed, FULL)


@check(
    points=2,
    title="A name outside",
    hints=("Does the resolver know that this name is not one of the cluster's?", "Only a dot at the very end would tell it so."),
)
def outside(prediction, given, seed):
    return judged(prediction, given, seed, OUTSIDE)


@check(points=1, title="A slip", hints=("When nothing is found the resolver has tried everything, the name as it is written included.",))
def slip(prediction, given, seed):
    return judged(prediction, given, seed, "shpo")
