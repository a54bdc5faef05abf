# %% [markdown] kind="build"
# # Build it: whom may customers be sent to?
#
# Sarah's shop runs as several pods behind one Service. Pods come and go: one still starts, one has lost its database,
# one is packing up. For each of them somebody says what may be sent there; each node's proxy goes by that. You write
# that decision, and the engine lists what you answer in the Service's EndpointSlices.
#
# `choose(service, pods)` is called whenever the Service or a pod has changed:
#
# - `service` is the Service as `kubectl get -o json` shows it: `service["spec"]["selector"]`,
# - `pods` are all pods of its namespace, as JSON, too.
#
# It returns a dict: the name of each pod that is to be listed, with three marks:
# `{"shop-1": {"ready": True, "serving": True, "terminating": False}}`.
#
# - `serving`: the pod says of itself that it is ready (its condition `Ready` is `True`),
# - `terminating`: it has been told to leave,
# - `ready`: new customers may be sent there.
#
# | what is to be true | points |
# |---|---|
# | pods with all labels of the selector are listed, others are not | 2 |
# | nobody is listed who has no address yet, or has ended for good | 2 |
# | no customer is sent to a pod that is not ready | 2 |
# | a pod that leaves gets no new customers, though it still serves | 2 |
# | whatever goes wrong, the slices say in the end who is there | 2 |

# %%
from course.grading import practise

check, hint = practise("08_services/who_is_served")

# %% [markdown]
# **Before you write it:** which fields of a pod does each mark need? `kubectl get pods -o json` shows
# `metadata.labels`, `metadata.deletionTimestamp`, `status.podIP`, `status.phase` and `status.conditions`. Fields that
# have not been set yet are missing, so ask with `.get`.

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "choose", "locked": false, "schema_version": 3, "solution": true, "task": false}
def choose(service, pods):
    return {}
### BEGIN SOLUTION
def choose(service, pods):
    wanted = service["spec"]["selector"].items()
    anyway = service["spec"].get("publishNotReadyAddresses", False)
    chosen = {}
    for pod in pods:
        meta, status = pod["metadata"], pod.get("status", {})
        if not wanted <= meta.get("labels", {}).items():
            continue
        if not status.get("podIP") or status.get("phase") in ("Succeeded", "Failed"):
            continue
        serving = any(c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions", []))
        leaving = "deletionTimestamp" in meta
        chosen[meta["name"]] = {
            "ready": anyway or (serving and not leaving),
            "serving": serving,
            "terminating": leaving,
        }
    return chosen
### END SOLUTION

# %%
report = check(choose)
report

# %%
hint()

# %% tags=["checks"]
from functools import partial

from course.grading import check, not_yet, seen
from course.grading.building import in_place, survives
from course.grading.building_controllers import endpoints
from course.grading.exercise import once
from kubelite import Cluster

# %% tags=["checks"]
SLOW = {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 1}


def pod(name, labels, image="shop", after=0, command=None, restart="Always"):
    """A pod that is ready so many seconds after it has started."""
    work = {"name": "work", "image": image}
    if command:
        work["command"] = ["sh", "-c", command]
    else:
        env = [{"name": "START_SECONDS", "value": str(after)}, {"name": "PORT", "value": "8080"}]
        work |= {"readinessProbe": SLOW, "env": env, "lifecycle": {"preStop": {"sleep": {"seconds": 20}}}}
    spec = {"restartPolicy": restart, "terminationGracePeriodSeconds": 30, "containers": [work]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels}, "spec": spec}


class Trial:
    """A Service called shop, and pods of all kinds; then one of them begins to leave."""

    def __init__(self, choose, seed):
        controller, self.failures = endpoints(choose)
        self.cluster = Cluster(2, seed, controllers=in_place(controller))
        tier = f"front-{seed}"
        self.mine = {"app": "shop", "tier": tier}
        spec = {"selector": self.mine, "ports": [{"port": 80, "targetPort": 8080}]}
        self.cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop"}, "spec": spec})
        waits = pod("waits", self.mine)
        waits["spec"]["nodeSelector"] = {"moon": "full"}
        pods = [
            *(pod("first", self.mine), pod("second", {**self.mine, "team": "sarah"})),
            *(pod("slow", self.mine, after=3000), pod("leaver", self.mine), waits),
            *(pod("cellar", {"app": "shop", "tier": "back"}), pod("other", {"app": "blog", "tier": tier})),
            pod("done", self.mine, "busybox", command="sleep 1", restart="Never"),
        ]
        for one in pods:
            one["metadata"]["name"] += f"-{seed}"
        self.cluster.apply(pods)
        self.cluster.run(20)
        self.early = self.listed()
        self.cluster.delete(f"pod/leaver-{seed}")
        self.cluster.run(5)
        self.late = self.listed()
        self.failures.raise_()

    def listed(self):
        slices = self.cluster.get("endpointslices", selector="kubernetes.io/service-name=shop")
        return {e.target_ref.name.partition("-")[0]: e.conditions for one in slices for e in one.endpoints}

    def not_yet(self, sentence, misconception=""):
        return not_yet(sentence, misconception, run=self.cluster)


trial_of = once(Trial)


@check(
    points=2,
    title="All labels of the selector",
    hints=("A selector of two labels wants both of them. More labels do no harm.", "selector.items() <= labels.items()"),
)
def selected(choose, seed):
    trial = trial_of(choose, seed)
    if missing := [name for name in ("first", "second") if name not in trial.early]:
        return trial.not_yet(f"{missing[0]} has every label of the selector and was ready, and was not listed.")
    if wrong := [name for name in ("cellar", "other") if name in trial.early]:
        return trial.not_yet(
            f"{wrong[0]} has only one of the two labels of the selector, and was listed.",
            "One label of a selector is thought to be enough.",
        )
    return seen("Pods with both labels were listed, pods with one of them were not.", run=trial.cluster)


@check(
    points=2,
    title="Nobody without a door",
    hints=("A pod that waits for a node has no podIP.", "A pod whose phase is Succeeded or Failed never runs again."),
)
def reachable(choose, seed):
    trial = trial_of(choose, seed)
    if "first" not in trial.early:
        return trial.not_yet("Nobody was listed, not even those that were ready.")
    if "done" in trial.early:
        return trial.not_yet(
            "The pod done had succeeded, and was still listed.",
            "A pod that has an address is thought to be alive.",
        )
    if "slow" not in trial.early:
        return trial.not_yet("The pod slow had an address and was starting, and was not listed at all.", "Only ready pods are thought to be endpoints.")
    return seen("Those without an address and those that had ended were not listed; one that starts was.", run=trial.cluster)


@check(
    points=2,
    title="Not ready, not sent to",
    hints=("What does the condition Ready in status.conditions say?", "The Service may ask for the opposite: spec.publishNotReadyAddresses."),
)
def not_ready(choose, seed):
    trial = trial_of(choose, seed)
    for name, marks in trial.early.items():
        if name not in ("first", "second", "slow", "leaver"):
            continue
        serves = name != "slow"
        if bool(marks.ready) != serves or bool(marks.serving) != serves:
            said = "ready" if serves else "still starting"
            return trial.not_yet(
                f"{name} was {said}; it was listed with ready {marks.ready} and serving {marks.serving}.",
                "Running is taken for ready." if not serves else "",
            )
    if "first" not in trial.early:
        return trial.not_yet("Nobody was listed, so nobody was served.")
    trial = Trial(choose, seed)
    trial.cluster.patch("service/shop", {"spec": {"publishNotReadyAddresses": True}})
    trial.cluster.run(3)
    trial.failures.raise_()
    found = trial.listed()
    if "slow" not in found or not found["slow"].ready or found["slow"].serving:
        return trial.not_yet("The Service asked for addresses that are not ready, and slow was not listed as one for new customers.")
    return seen("Only those that were ready were sent to, unless the Service wanted it otherwise.", run=trial.cluster)


@check(points=2, title="Who leaves gets nobody new", hints=("metadata.deletionTimestamp says who is leaving.", "A leaving pod stays in the slice, with other marks."))
def leaving(choose, seed):
    trial = trial_of(choose, seed)
    if "leaver" not in trial.early:
        return trial.not_yet("leaver was ready and was not listed, so nobody could see it go.")
    marks = trial.late.get("leaver")
    if marks is None:
        return trial.not_yet(
            "leaver had been told to leave, and vanished from the list while it still worked.",
            "A pod that is leaving is thought to be gone.",
        )
    if marks.ready or not marks.terminating:
        return trial.not_yet(
            f"leaver had been told to leave; it was listed with ready {marks.ready} and terminating {marks.terminating}.",
            "A pod that is leaving is thought to take customers until it has gone.",
        )
    if any(marks.terminating for name, marks in trial.late.items() if name != "leaver"):
        return trial.not_yet("Pods that nobody had told to leave were listed as terminating.")
    return seen("leaver stayed in the list, and no new customers were sent there.", run=trial.cluster)


@check(points=2, title="Whatever goes wrong", hints=("report.run is the cluster in which it went wrong: look at its pods and its endpointslices.",))
def trouble(choose, seed):
    return survives(partial(endpoints, choose), ["service-endpoints"], (seed,))


# %% tags=["hidden"]
SEEDS = (601,)

# %% tags=["wrong"] wrong="one label is enough" points=8 because="one of the two labels"
right = choose
def choose(service, pods):
    key, value = next(iter(service["spec"]["selector"].items()))
    return right({"spec": {**service["spec"], "selector": {key: value}}}, pods)

# %% tags=["wrong"] wrong="running is ready" points=8 because="Running is taken for ready"
right = choose
def choose(service, pods):
    found = right(service, pods)
    phases = {pod["metadata"]["name"]: pod["status"]["phase"] for pod in pods}
    for name, marks in found.items():
        marks["serving"] = phases[name] == "Running"
        marks["ready"] = marks["serving"] and not marks["terminating"]
    return found

# %% tags=["wrong"] wrong="who leaves is gone" points=8 because="vanished from the list"
right = choose
def choose(service, pods):
    return right(service, [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]])

# %% tags=["wrong"] wrong="who leaves takes customers" points=6 because="until it has gone"
right = choose
def choose(service, pods):
    return {name: {**marks, "ready": marks["serving"]} for name, marks in right(service, pods).items()}

# %% tags=["wrong"] wrong="who has ended is listed" points=8 because="had succeeded"
right = choose
def choose(service, pods):
    return right(service, [{**pod, "status": {**pod["status"], "phase": "Running"}} for pod in pods])

# %% tags=["wrong"] wrong="names learnt by heart" points=0 because="was not listed"
right = choose
def choose(service, pods):
    known = ("first-7", "second-7", "slow-7", "leaver-7")
    return right(service, [pod for pod in pods if pod["metadata"]["name"] in known])
