"""Checks of the exercise 07_declarative/replicaset_plan: built from source.py by `kubelite exercise build`."""

from functools import partial

from course.grading import check, not_yet, seen
from course.grading.building import in_place, replicaset, survives
from kubelite import Cluster
from kubelite.api.conditions import pod_ready

TITLE = 'Build it: the plan of a ReplicaSet'
ANSWERS = ('plan',)
KIND = 'build'

STORIES = ("scale-up", "scale-down", "rolling-update", "node-lost")


class Trial:
    """A small cluster in which a learner's plan decides, and a ReplicaSet called web."""

    def __init__(self, plan, seed, replicas, image="pause"):
        controller, self.failures = replicaset(plan)
        self.cluster = Cluster(2, seed, controllers=in_place(controller))
        labels = {"app": "web"}
        pod = {"terminationGracePeriodSeconds": 30, "containers": [{"name": "web", "image": image}]}
        template = {"metadata": {"labels": labels}, "spec": pod}
        spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
        self.cluster.apply({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "web"}, "spec": spec})

    def run(self, seconds):
        """Let time pass; what the plan did wrong is raised."""
        self.cluster.run(seconds)
        self.failures.raise_()

    @property
    def pods(self):
        """Those that are neither leaving nor ended."""
        found = self.cluster.get("pods", selector="app=web")
        return [p for p in found if p.metadata.deletion_timestamp is None and p.status.phase not in ("Failed", "Succeeded")]

    def not_yet(self, sentence, misconception=""):
        """A failure, with the cluster in which it was seen."""
        return not_yet(sentence, misconception, run=self.cluster)


@check(points=1, title="Three are asked for, three run", hints=("How many are there, and how many does owner ask for?",))
def three(plan, seed):
    trial = Trial(plan, seed, 3)
    trial.run(15)
    if len(trial.pods) != 3:
        return trial.not_yet(f"15 s after three pods were asked for there were {len(trial.pods)}.")
    return seen("Three pods ran.", run=trial.cluster)


@check(points=1, title="One too many is deleted", hints=("The difference may be negative, too.",))
def one_fewer(plan, seed):
    trial = Trial(plan, seed, 4)
    trial.run(15)
    trial.cluster.scale("replicaset/web", 3)
    trial.run(40)
    if len(trial.pods) != 3:
        return trial.not_yet(f"40 s after three pods were asked for instead of four there were {len(trial.pods)}.")
    return seen("Of four pods three were left.", run=trial.cluster)


@check(
    points=2,
    title="What is leaving no longer counts",
    hints=("A pod may take 30 s to leave. Is it of any use until then?", "metadata.deletionTimestamp says who is leaving."),
)
def leaving(plan, seed):
    trial = Trial(plan, seed, 3, image="shop")
    trial.run(20)
    if len(trial.pods) != 3:
        return trial.not_yet(f"20 s after three pods were asked for there were {len(trial.pods)}.")
    for pod in trial.pods[:2]:
        trial.cluster.patch(f"pod/{pod.metadata.name}", {"metadata": {"finalizers": ["example.com/wait"]}})
        trial.cluster.delete(f"pod/{pod.metadata.name}")
    trial.run(8)
    if len(trial.pods) < 3:
        return trial.not_yet(
            f"8 s after two of three pods began to leave, {len(trial.pods)} stayed, and no others had come.",
            "A pod that is being deleted is counted until it has gone.",
        )
    if len(trial.pods) > 3:
        return trial.not_yet(f"8 s after two of three pods began to leave there were {len(trial.pods)} that stayed.")
    return seen("Two pods were leaving, and three others stayed.", run=trial.cluster)


@check(
    points=2,
    title="What has failed no longer counts",
    hints=("status.phase says whether a pod has ended for good.",),
)
def failed(plan, seed):
    trial = Trial(plan, seed, 3)
    trial.run(15)
    if len(trial.pods) != 3:
        return trial.not_yet(f"15 s after three pods were asked for there were {len(trial.pods)}.")
    for pod in trial.pods[:2]:
        name = pod.metadata.name
        trial.cluster.kubectl(f"patch pod {name} --subresource=status -p '{{\"status\": {{\"phase\": \"Failed\"}}}}'")
    trial.run(15)
    if len(trial.pods) != 3:
        return trial.not_yet(
            f"15 s after two of three pods had failed, {len(trial.pods)} worked.",
            "A pod that has failed is counted as if it worked.",
        )
    return seen("Two of three pods had failed, and three others worked.", run=trial.cluster)


@check(
    points=2,
    title="The one that is missed least goes first",
    hints=("Which would you rather lose: a pod that serves customers, or one that still waits for its image?",),
)
def least_missed(plan, seed):
    trial = Trial(plan, seed, 3)
    trial.run(15)
    ready = {pod.metadata.name for pod in trial.pods if pod_ready(pod)}
    if len(ready) != 3:
        return trial.not_yet(f"15 s after three pods were asked for, {len(ready)} were ready.")
    for node in ("node-1", "node-2"):
        trial.cluster.cordon(node)
    trial.cluster.scale("replicaset/web", 5)
    trial.run(5)
    if len(trial.pods) != 5:
        return trial.not_yet(f"5 s after five pods were asked for there were {len(trial.pods)}.")
    trial.cluster.scale("replicaset/web", 3)
    trial.run(40)
    lost = ready - {pod.metadata.name for pod in trial.pods}
    if lost or len(trial.pods) != 3:
        many = "one of them was" if len(lost) == 1 else f"{len(lost)} of them were"
        return trial.not_yet(
            f"Three pods were ready and two still waited for a node. Then three were asked for, and {many} deleted.",
            "Any pod is thought to be as good as any other.",
        )
    return seen("Two pods that still waited for a node were deleted, and three that were ready stayed.", run=trial.cluster)


@check(
    points=2,
    title="Whatever goes wrong",
    hints=("report.run is the cluster in which it went wrong: look at the pods in it, and at who deleted them.",),
)
def trouble(plan, seed):
    return survives(partial(replicaset, plan), STORIES, (seed, seed + 1))
