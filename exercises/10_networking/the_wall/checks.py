"""Checks of the exercise 10_networking/the_wall: built from source.py by `kubelite exercise build`."""

from course.grading import check, not_yet, once, seen
from course.grading.mending import cured, deployment
from course.grading.shop import Street

TITLE = 'The wall'
ANSWERS = ('cure',)
KIND = 'fix'

FOUR = 4


def policy(name, pods, ingress):
    """Who may come to these pods; the same pods may be named by several policies."""
    spec = {"podSelector": pods, "policyTypes": ["Ingress"], "ingress": ingress}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}


def labelled(name):
    """{"matchLabels": ...} for one program."""
    return {"matchLabels": {"app": name}}


def lonely(name, image):
    """One pod of a program."""
    spec = {"containers": [{"name": name, "image": image}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}}, "spec": spec}


def scenario(seed):
    """The street after the adviser's visit."""
    street = Street(seed)
    ports = [{"port": 80, "targetPort": 8080}]
    service = {"selector": {"app": "accounts"}, "ports": ports}
    street.cluster.apply(
        [
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "accounts"}, "spec": service},
            deployment(FOUR),
            lonely("accounts", "shop:2.0"),
            lonely("archive", "shop:2.0"),
            lonely("visitor", "pause"),
            policy("closed", {}, []),
            policy("accounts", labelled("accounts"), [{"from": [{"podSelector": labelled("shop")}]}]),
        ]
    )
    street.cluster.run(40)
    return street.cluster


class Day:
    """The street after the cure, and who reaches what."""

    def __init__(self, cure, seed):
        street = cured(scenario, cure, seed)
        cluster = street.cluster
        self.first = street.verdict(FOUR, "A minute after the cure")
        self.strangers = cluster.request("accounts", from_pod="visitor").ok
        shops = [pod.metadata.name for pod in street.pods()][:FOUR]
        self.shops = sum(cluster.request("accounts", from_pod=name).ok for name in shops)
        archive = cluster.get("pod/archive").status.pod_ip
        self.archive = cluster.request(f"{archive}:8080", from_pod="visitor").ok


day_of = once(Day)


@check(
    points=2,
    title="Customers are served",
    hints=(
        "kubectl('describe networkpolicies') lists who may come to which pods.",
        "A pod that no policy names is open to all; a pod that one names is closed but for what some policy allows.",
        "A node always reaches its own pods, so a customer who happens to arrive at the right node is served.",
        "Policies add up: a new one can allow more, and none has to be changed. Where do customers come from, and to which port of the pod?",
    ),
)
def served(cure, seed):
    return day_of(cure, seed).first


@check(
    points=2,
    title="The accounts are for the shops",
    hints=("The policy of the accounts does what it should. Is it still there, and does no other one allow more?",),
)
def kept(cure, seed):
    day = day_of(cure, seed)
    if not day.first.held:
        return not_yet("The way to the shops was not free yet, so nothing had been opened.")
    if day.strangers:
        return not_yet("A pod of somebody else read the accounts.", misconception="What is opened for one is opened for all.")
    if day.shops < FOUR:
        return not_yet(f"{day.shops} of {FOUR} shops reached the accounts.")
    return seen("Four shops reached the accounts, and a stranger did not.")


@check(
    points=1,
    title="Nobody's pod stays closed",
    hints=("What was the adviser's first policy for, the one that names all pods?",),
)
def closed(cure, seed):
    day = day_of(cure, seed)
    if not day.first.held:
        return not_yet("The way to the shops was not free yet, so nothing had been opened.")
    if day.archive:
        return not_yet(
            "A pod of somebody else read the archive, which nobody had opened.",
            misconception="The rule that closes everything is taken for the mistake.",
        )
    return seen("The archive was closed to others.")
