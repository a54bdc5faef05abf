"""Checks of the exercise 08_services/one_name: built from source.py by `kubelite exercise build`."""

from collections import Counter

from course.grading import check, not_yet, seen
from course.grading.exercise import once
from course.grading.shop import trouble
from course.grading.writing import hand_in
from kubelite import Cluster

TITLE = 'One name for many pods'
ANSWERS = ('manifest',)
KIND = 'write'

def deployment(name, tier, replicas, version, **env):
    """Pods of the tea department."""
    labels = {"app": "tea", "tier": tier}
    probe = {"tcpSocket": {"port": 8080}, "periodSeconds": 1}
    told = [{"name": key, "value": value} for key, value in env.items()]
    wait = {"preStop": {"sleep": {"seconds": 3}}}
    work = {"name": "tea", "image": f"shop:{version}", "readinessProbe": probe, "env": told, "lifecycle": wait}
    spec = {
        "replicas": replicas,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": {**labels, "version": version}}, "spec": {"terminationGracePeriodSeconds": 5, "containers": [work]}},
    }
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def asker(name, namespace):
    """A pod that only asks."""
    spec = {"containers": [{"name": "till", "image": "pause"}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace}, "spec": spec}


class House:
    """The two namespaces, with the learner's manifest in them."""

    def __init__(self, manifest, seed):
        self.cluster = cluster = Cluster(2, seed)
        self.front = 2 + seed % 3
        for name in ("shop", "tills"):
            cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        cluster.apply(deployment("tea", "front", self.front, "1.0", START_SECONDS="3"))
        cluster.apply(deployment("cellar", "cellar", 1, "1.0", FAIL_RATE="1"))
        cluster.apply([asker("clerk", "shop"), asker("till", "tills")])
        hand_in(cluster, manifest, ("Service",), "shop")
        cluster.run(15)

    def ask(self, pod, url, times=1, every=0.1):
        """The answers to one who asks so often."""
        namespace, _, name = pod.rpartition("/")
        found = []
        for _ in range(times):
            found.append(self.cluster.request(url, from_pod=f"pod/{name}", namespace=namespace))
            self.cluster.run(every)
        return found


house_of = once(House)


def served(answers):
    return sum(answer.status == 200 for answer in answers)


def told(answers):
    """What most of those met who were not served."""
    return Counter(trouble(answer) for answer in answers if answer.status != 200).most_common(1)[0][0]


@check(
    points=2,
    title="http://tea, without a number",
    hints=("selector: which labels do the pods of the front really carry?", "port is what the name is asked at, targetPort where the pods listen."),
)
def by_name(manifest, seed):
    house = house_of(manifest, seed)
    answers = house.ask("shop/clerk", "http://tea:80", 12)
    if not served(answers):
        found = house.cluster.get("services", namespace="shop")
        if not found.names:
            return not_yet("In the namespace shop there was no Service.", run=house.cluster)
        wrong_port = bool(answers[0].pod) or house.ask("shop/clerk", "http://tea:8080")[0].status == 200
        return not_yet(
            f"Nobody who asked http://tea was served: they {told(answers)}.",
            "The port of the name is thought to be the port of the pods." if wrong_port else "",
            run=house.cluster,
        )
    return seen(f"{served(answers)} of {len(answers)} who asked http://tea in their own namespace were served.", run=house.cluster)


@check(points=1, title="From another namespace", hints=("A Service has a name in its own namespace; from elsewhere that namespace is added.",))
def from_afar(manifest, seed):
    house = house_of(manifest, seed)
    answers = house.ask("tills/till", "http://tea.shop:80", 6)
    if not served(answers):
        return not_yet(f"Tills that asked http://tea.shop {told(answers)}.", run=house.cluster)
    return seen("Tills that asked http://tea.shop were served.", run=house.cluster)


@check(
    points=2,
    title="Everybody in front, nobody in the cellar",
    hints=("Both Deployments carry app: tea. Which label tells them apart?", "A selector may want two labels."),
)
def only_the_front(manifest, seed):
    house = house_of(manifest, seed)
    answers = house.ask("shop/clerk", "http://tea:80", 60)
    if lost := [answer for answer in answers if answer.status != 200]:
        cellar = sum(answer.status == 500 for answer in answers)
        return not_yet(
            f"Of {len(answers)} customers {len(lost)} were not served; {cellar} landed in the cellar.",
            "One label that fits is thought to be enough." if cellar else "",
            run=house.cluster,
        )
    pods = {answer.pod for answer in answers}
    if len(pods) < house.front:
        return not_yet(f"{len(answers)} customers were all served by {len(pods)} of {house.front} pods.", run=house.cluster)
    return seen(f"{len(answers)} customers were shared among {len(pods)} pods, none of them in the cellar.", run=house.cluster)


@check(points=2, title="The name stays", hints=("Pods come and go, and their addresses with them. Whose address stays?",))
def stays(manifest, seed):
    house = House(manifest, seed)
    before = house.cluster.resolve("tea", namespace="shop").addresses
    house.cluster.apply(deployment("tea", "front", house.front, "1.1", START_SECONDS="3"))
    answers = house.ask("shop/clerk", "http://tea:80", 80, 0.5)
    after = house.cluster.resolve("tea", namespace="shop").addresses
    if served(answers) < len(answers):
        return not_yet(f"While version 1.1 replaced 1.0, {len(answers) - served(answers)} of {len(answers)} customers {told(answers)}.", run=house.cluster)
    if before != after or not before:
        return not_yet(f"Before the new version tea led to {', '.join(before)}, afterwards to {', '.join(after)}: whoever had remembered an address was lost.", "The addresses of pods are given to customers.", run=house.cluster)
    return seen(f"Before and after the new version tea led to {before[0]}.", run=house.cluster)
