"""Checks of the exercise 07_declarative/rolling_update: built from source.py by `kubelite exercise build`."""

import random
from functools import partial

from course.grading import check, not_yet, seen
from course.grading.building import in_place, survives
from course.grading.building_controllers import rolling
from course.grading.exercise import once
from kubelite import Cluster
from kubelite.api.conditions import pod_ready

TITLE = 'Build it: the rolling update'
ANSWERS = ('roll',)
KIND = 'build'

STORIES = ("rolling-update", "rollback")  # each seed is searched in one of them


def shop(version, replicas, surge, unavailable):
    """A Deployment that takes customers 2 s after its start; version "none-such" never does."""
    probe = {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 1}
    work = {"name": "web", "image": f"shop:{version}", "readinessProbe": probe, "env": [{"name": "START_SECONDS", "value": "2"}]}
    labels = {"app": "web"}
    fences = {"maxSurge": surge, "maxUnavailable": unavailable}
    spec = {
        "replicas": replicas,
        "strategy": {"type": "RollingUpdate", "rollingUpdate": fences},
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"terminationGracePeriodSeconds": 2, "containers": [work]}},
    }
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}


class Rollout:
    """A new version in a small cluster: the most pods ever asked for, and the fewest that served."""

    def __init__(self, roll, seed, fences, versions=("1.0", "1.1"), seconds=(20, 35)):
        self.replicas, self.surge, self.unavailable = fences
        controller, self.failures = rolling(roll)
        self.cluster = Cluster(2, seed, controllers=in_place(controller))
        self.most, self.fewest = 0, self.replicas
        for number, version in enumerate(versions):
            self.cluster.apply(shop(version, *fences))
            last = number == len(versions) - 1
            self.watch(seconds[number], last and number > 0)
        self.sizes = {s.spec.template.spec.containers[0].image: s.spec.replicas for s in self.sets}

    @property
    def sets(self):
        return self.cluster.get("replicasets")

    @property
    def serving(self):
        """Pods that serve and are not on their way out."""
        pods = self.cluster.get("pods", selector="app=web")
        return sum(pod_ready(pod) and pod.metadata.deletion_timestamp is None for pod in pods)

    def watch(self, seconds, count):
        for _ in range(2 * seconds):
            self.cluster.run(0.5)
            self.failures.raise_()
            if count:
                self.most = max(self.most, sum(s.spec.replicas for s in self.sets))
                self.fewest = min(self.fewest, self.serving)

    @property
    def done(self):
        return self.sizes.get("shop:1.1") == self.replicas == self.serving == sum(self.sizes.values())

    def not_yet(self, sentence, misconception=""):
        fences = f"{self.replicas} pods, max_surge {self.surge}, max_unavailable {self.unavailable}: "
        return not_yet(fences + sentence, misconception, run=self.cluster)


def fences_of(seed):
    """Room above only, room below only, and some of both."""
    draw = random.Random(seed)
    replicas = draw.randint(3, 4)
    return [(replicas, draw.randint(1, 2), 0), (replicas, 0, draw.randint(1, 2)), (replicas, 1, 1)]


rollouts = once(lambda roll, seed: [Rollout(roll, seed, fences) for fences in fences_of(seed)])


@check(points=1, title="Only the new version is left", hints=("The new one grows to replicas, the old ones go to 0: step by step.",))
def arrives(roll, seed):
    for one in rollouts(roll, seed):
        if not one.done:
            sizes = ", ".join(f"{image} {size}" for image, size in sorted(one.sizes.items())) or "nothing"
            return one.not_yet(f"35 s after 1.1 was asked for, {one.serving} pods served, and the versions asked for: {sizes}.")
    return seen(f"{len(rollouts(roll, seed))} Deployments came to their new version.", run=one.cluster)


@check(
    points=2,
    title="Never too many",
    hints=("All versions together: how many may there be, and how many are there?", "room = replicas + max_surge - all sizes"),
)
def never_too_many(roll, seed):
    for one in rollouts(roll, seed):
        if one.most > one.replicas + one.surge:
            return one.not_yet(
                f"the versions asked for {one.most} pods at once.",
                "The surge is taken for a limit of the new version alone.",
            )
    return seen("No Deployment asked for more than its surge allows.") if one.done else one.not_yet("the new version never came.")


@check(
    points=3,
    title="Never too few",
    hints=(
        "A pod that has been asked for does not serve yet. Which number says who does?",
        "What may go now: everybody who serves, less replicas - max_unavailable.",
    ),
)
def never_too_few(roll, seed):
    for one in rollouts(roll, seed):
        if one.fewest < one.replicas - one.unavailable:
            return one.not_yet(
                f"once only {one.fewest} pods served customers.",
                "A pod that has been asked for is counted as if it served.",
            )
    return seen("No Deployment served with fewer pods than it may.") if one.done else one.not_yet("the new version never came.")


@check(
    points=2,
    title="Broken pods hold nobody up",
    hints=("A version whose image is missing serves nobody. Does it need to be spared?", "Take away first, of each old version, what is not available."),
)
def broken(roll, seed):
    one = Rollout(roll, seed, (3, 1, 0), ("1.0", "none-such", "1.1"), (20, 8, 40))
    if one.most > one.replicas + one.surge or one.fewest < one.replicas - one.unavailable:
        return one.not_yet(f"between {one.fewest} that served and {one.most} that were asked for, a fence was broken.", "A pod that serves nobody is spared as if it did.")
    if not one.done:
        return one.not_yet(
            f"first a version came whose image is missing, then 1.1, and 40 s later {one.sizes.get('shop:1.1', 0)} pods of 1.1 were asked for.",
            "A pod that serves nobody is spared as if it did.",
        )
    return seen("Pods that served nobody made room for the new version.", run=one.cluster)


@check(points=2, title="Whatever goes wrong", hints=("report.run is the cluster in which it went wrong. Who asked for the sizes in it?",))
def trouble(roll, seed):
    return survives(partial(rolling, roll), [STORIES[seed % 2]], (seed,))
