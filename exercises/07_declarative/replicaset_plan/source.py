# %% [markdown] kind="build"
# # Build it: the plan of a ReplicaSet
#
# A ReplicaSet compares how many pods there are with how many were asked for, and says what is to be done about the
# difference. You write that one function; the engine runs it in the place of ours, on clusters in which all kinds of
# things go wrong.
#
# `plan(owner, owned, now)` is called whenever something has changed:
#
# - `owner` is the ReplicaSet as `kubectl get -o json` shows it: `owner["spec"]["replicas"]`,
# - `owned` is a list of the pods that it controls, as JSON, too: `pod["metadata"]["name"]`, `pod["status"]["phase"]`,
# - `now` is the time in seconds.
#
# It returns a list of what is to be done: `{"create": 2}` makes two pods, `{"delete": "web-x7k2p"}` deletes one.
#
# | what is to be true | points |
# |---|---|
# | three are asked for and three run | 1 |
# | one fewer is asked for and one is deleted | 1 |
# | a pod that is leaving is replaced at once, not when it has gone | 2 |
# | of pods that have failed nobody thinks that they work | 2 |
# | when there are too many, one that is not ready goes first | 2 |
# | whatever goes wrong, the cluster comes to rest as it was asked to | 2 |

# %%
from course.grading import practise

check, hint = practise("07_declarative/replicaset_plan")

# %% [markdown]
# **Before you write it:** which of the pods in `owned` count? A pod that is being deleted has a `deletionTimestamp` in
# its `metadata`; one whose containers have ended for good has the phase `Succeeded` or `Failed`.
#
# Keep everything the function needs in this one cell.

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "plan", "locked": false, "schema_version": 3, "solution": true, "task": false}
def plan(owner, owned, now):
    return []
### BEGIN SOLUTION
def plan(owner, owned, now):
    active = [
        pod
        for pod in owned
        if "deletionTimestamp" not in pod["metadata"]
        and pod.get("status", {}).get("phase") not in ("Succeeded", "Failed")
    ]
    missing = owner["spec"].get("replicas", 1) - len(active)
    if missing > 0:
        return [{"create": missing}]

    def missed_least_first(pod):
        conditions = pod.get("status", {}).get("conditions", [])
        ready = any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
        return bool(pod["spec"].get("nodeName")), ready

    surplus = sorted(active, key=missed_least_first)[: -missing or len(active)]
    return [{"delete": pod["metadata"]["name"]} for pod in surplus] if missing else []
### END SOLUTION

# %%
report = check(plan)
report

# %% [markdown]
# When something was false, the report names the shortest list of troubles that is enough for it. `report.run` is the
# cluster in which it happened, with its whole history: `from course.lesson import timeline`, then `timeline(report.run)`.

# %%
hint()

# %% tags=["checks"]
from functools import partial

from course.grading import check, not_yet, seen
from course.grading.building import in_place, replicaset, survives
from kubelite import Cluster
from kubelite.api.conditions import pod_ready

# %% tags=["checks"]
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


# %% tags=["hidden"]
SEEDS = (401,)

# %% tags=["wrong"] wrong="every pod counts" points=4 because="counted until it has gone"
def plan(owner, owned, now):
    missing = owner["spec"]["replicas"] - len(owned)
    ready = lambda pod: (bool(pod["spec"].get("nodeName")), pod["metadata"]["name"])
    return [{"create": missing}] if missing > 0 else [
        {"delete": pod["metadata"]["name"]} for pod in sorted(owned, key=ready)[:-missing] if missing
    ]

# %% tags=["wrong"] wrong="any pod will do" points=6 because="as good as any other"
def plan(owner, owned, now):
    active = [p for p in owned if "deletionTimestamp" not in p["metadata"] and p["status"]["phase"] not in ("Failed", "Succeeded")]
    missing = owner["spec"]["replicas"] - len(active)
    if missing > 0:
        return [{"create": missing}]
    oldest = sorted(active, key=lambda pod: bool(pod["spec"].get("nodeName")), reverse=True)
    return [{"delete": pod["metadata"]["name"]} for pod in oldest[:-missing]] if missing else []

# %% tags=["wrong"] wrong="what has failed counts" points=8 because="counted as if it worked"
right = plan
def plan(owner, owned, now):
    return right(owner, [{**pod, "status": {**pod["status"], "phase": "Running"}} for pod in owned], now)

# %% tags=["wrong"] wrong="only upwards" points=5 because="instead of four"
right = plan
def plan(owner, owned, now):
    return [step for step in right(owner, owned, now) if "create" in step]

# %% tags=["wrong"] wrong="the name of the public cluster is learnt by heart" points=2 because="there were"
def plan(owner, owned, now):
    return [{"create": 3}] if not owned else []
