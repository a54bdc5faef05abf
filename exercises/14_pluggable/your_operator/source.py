# %% [markdown] kind="build"
# # Build it: an operator for the branches of the shop
#
# Sarah opens branches. She does not want to write a Deployment and a Service for each: she writes
#
# ```yaml
# apiVersion: shop.example/v1
# kind: Branch
# metadata: {name: harbour}
# spec: {tills: 3, version: "1.0"}
# ```
#
# and the cluster has learned this kind from a CustomResourceDefinition. Nobody does anything about branches yet. You
# write the operator; the engine runs it beside its own controllers.
#
# `reconcile(branch, owner, deployment, service)` is called whenever a branch has changed, or what carries its name:
#
# - `branch` is the Branch as JSON, `deployment` and `service` those of the same name, or `None`,
# - `owner` is a finished owner reference to the branch, for `metadata.ownerReferences`.
#
# It returns a list of what is to be done, `[]` for nothing:
#
# - `{"create": {...}}`, a whole manifest of a Deployment or a Service,
# - `{"patch": {"kind": "Deployment", "spec": {...}}}`, only what is to be different,
# - `{"status": {"ready": 3}}`, the status of the branch.
#
# A branch of 3 tills is a Deployment of 3 pods with the image `shop:` and the version, and a Service that sends port 80
# to port 8080 of these pods. Its status says how many of them are ready.
#
# | what is to be true | points |
# |---|---|
# | a new branch serves customers, and its status says so | 2 |
# | more tills or another version are carried out | 2 |
# | a branch that is closed leaves nothing behind | 2 |
# | when all is well the operator writes nothing | 1 |
# | whatever people and crashes do, every branch is in the end as it was asked to be | 3 |

# %%
from course.grading import practise

check, hint = practise("14_pluggable/your_operator")

# %% [markdown]
# **Before you write it:** the operator is killed after it has made the Deployment, and before it has made the Service.
# It is started again, and `reconcile` is called. What does it see?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "reconcile", "locked": false, "schema_version": 3, "solution": true, "task": false}
def reconcile(branch, owner, deployment, service):
    return []
### BEGIN SOLUTION
def reconcile(branch, owner, deployment, service):
    name, spec = branch["metadata"]["name"], branch["spec"]
    labels, image = {"branch": name}, f"shop:{spec.get('version', '1.0')}"
    meta = {"name": name, "ownerReferences": [owner]}
    steps = []
    if deployment is None:
        containers = [{"name": "shop", "image": image}]
        template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
        wanted = {"replicas": spec["tills"], "selector": {"matchLabels": labels}, "template": template}
        steps.append({"create": {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": wanted}})
    else:
        containers = deployment["spec"]["template"]["spec"]["containers"]
        if deployment["spec"]["replicas"] != spec["tills"] or containers[0]["image"] != image:
            template = {"spec": {"containers": [{**containers[0], "image": image}]}}
            steps.append({"patch": {"kind": "Deployment", "spec": {"replicas": spec["tills"], "template": template}}})
    if service is None:
        ports = [{"port": 80, "targetPort": 8080}]
        wanted = {"selector": labels, "ports": ports}
        steps.append({"create": {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": wanted}})
    elif service["spec"].get("selector") != labels:
        steps.append({"patch": {"kind": "Service", "spec": {"selector": labels}}})
    ready = (deployment or {}).get("status", {}).get("readyReplicas", 0)
    if branch.get("status", {}).get("ready") != ready:
        steps.append({"status": {"ready": ready}})
    return steps
### END SOLUTION

# %%
report = check(reconcile)
report

# %%
hint()

# %% tags=["checks"]
import random

from course.grading import check, not_yet, seen
from course.grading.building_operator import BRANCHES, operator
from kubelite import Cluster
from kubelite.chaos.shrinking import fewest
from kubelite.controllers import CONTROLLERS

# %% tags=["checks"]
MANAGER = "kube-controller-manager"
PLACES = ("harbour", "station", "market", "airport", "museum")


class Town:
    """A small cluster that knows branches, and one branch in it."""

    def __init__(self, reconcile, seed, tills=2):
        controller, self.failures = operator(reconcile)
        self.cluster = Cluster(1, seed, controllers=(*CONTROLLERS, controller))
        self.name = PLACES[seed % len(PLACES)]
        self.cluster.apply(BRANCHES)
        self.cluster.run(3)
        self.wish(tills, "1.0")

    def wish(self, tills, version):
        self.tills, self.version = tills, version
        spec = {"tills": tills, "version": version}
        self.cluster.apply({"apiVersion": "shop.example/v1", "kind": "Branch", "metadata": {"name": self.name}, "spec": spec})

    def run(self, seconds):
        self.cluster.run(seconds)
        self.failures.raise_()

    def named(self, kind):
        """The object of the branch's name, or None."""
        return next((one for one in self.cluster.get(kind) if one.metadata.name == self.name), None)

    def wrong(self):
        """What is not as the branch asks for, as a sentence; or ""."""
        deployment, service, branch = self.named("deployments"), self.named("services"), self.named("branches")
        if deployment is None or service is None:
            missing = [kind for kind, one in (("Deployment", deployment), ("Service", service)) if one is None]
            return f"{self.name} had no {' and no '.join(missing)}."
        if (asked := deployment.spec.replicas) != self.tills:
            return f"{self.name} is to have {self.tills} tills, and its Deployment asked for {asked}."
        images = {c.image for c in deployment.spec.template.spec.containers}
        if images != {f"shop:{self.version}"}:
            return f"{self.name} is to sell with version {self.version}, and its Deployment said {', '.join(images)}."
        answer = self.cluster.request(self.name)
        if answer.status != 200:
            return f"A customer went to {self.name} and was not served ({answer.error or answer.status})."
        status = getattr(branch, "status", None) or {}
        if status.get("ready") != self.tills:
            return f"{self.name} had {self.tills} tills ready, and its status said {status.get('ready')}."
        return ""

    def not_yet(self, sentence, misconception="", schedule=()):
        missing = "had no Deployment" in sentence  # then it is not the idea that is wrong
        return not_yet(sentence, "" if missing else misconception, schedule, self.cluster)


@check(
    points=2,
    title="A new branch opens",
    hints=("deployment is None: create one. service is None: create one, too.", "The Service finds its pods by labels, so the template needs them."),
)
def opens(reconcile, seed):
    town = Town(reconcile, seed, 1 + seed % 3)
    town.run(30)
    if town.wrong():
        return town.not_yet(f"30 s after it was applied: {town.wrong()}")
    return seen(f"{town.name} opened with {town.tills} tills.", run=town.cluster)


@check(points=2, title="It follows the wish", hints=("Compare what is there with spec, and patch what differs.", "replicas, and the image in the template."))
def follows(reconcile, seed):
    town = Town(reconcile, seed)
    town.run(25)
    town.wish(3 + seed % 2, "1.1")
    town.run(45)
    if town.wrong():
        return town.not_yet(f"45 s after more tills and version 1.1 were asked for: {town.wrong()}", "What has been created once is thought to be right for ever.")
    return seen("More tills and a new version came.", run=town.cluster)


@check(points=2, title="Closed is closed", hints=("Who deletes what belongs to a branch? The garbage collector, if it knows whose it is.", 'metadata: {"name": ..., "ownerReferences": [owner]}'))
def closes(reconcile, seed):
    town = Town(reconcile, seed)
    town.run(25)
    if town.wrong():
        return town.not_yet(f"Before it was closed: {town.wrong()}")
    town.cluster.delete(f"branch/{town.name}")
    town.run(45)
    left = [kind for kind in ("deployments", "services") if town.named(kind)]
    if left:
        return town.not_yet(
            f"45 s after {town.name} was closed, there were still {' and '.join(left)} of it.",
            "What a controller has made is thought to vanish with the wish by itself.",
        )
    return seen(f"{town.name} left nothing behind.", run=town.cluster)


@check(points=1, title="It knows when to rest", hints=("Answer with a step only where something differs, the status included.",))
def rests(reconcile, seed):
    town = Town(reconcile, seed)
    town.run(40)
    if town.wrong():
        return town.not_yet(f"40 s after it was applied: {town.wrong()}")
    asked = []

    def counted(**facts):
        asked.append(reconcile(**facts))
        return asked[-1]

    again = Town(counted, seed)
    again.run(40)
    asked.clear()
    again.cluster.patch(f"deployment/{again.name}", {"metadata": {"annotations": {"note": "hello"}}})
    again.run(10)
    if any(asked):
        return again.not_yet(f"All was as it should be, and the operator still answered {str(next(a for a in asked if a))[:90]}.", "To write the same again is thought to cost nothing.")
    return seen("When all was well the operator wrote nothing.", run=again.cluster)


ACTS = (
    "somebody deletes the Deployment",
    "somebody deletes the Service",
    "somebody scales the Deployment to 5",
    "somebody gives the Service another selector",
    "the operator is killed and started again",
    "the wish changes while the operator is dead",
)


def played(reconcile, seed, acts):
    """A town after these troubles, some seconds for each, and after a minute of peace."""
    town = Town(reconcile, seed)
    town.run(15)
    cluster = town.cluster
    for number, act in enumerate(acts):
        if act == ACTS[0] and town.named("deployments"):
            cluster.delete(f"deployment/{town.name}")
        elif act == ACTS[1] and town.named("services"):
            cluster.delete(f"service/{town.name}")
        elif act == ACTS[2] and town.named("deployments"):
            cluster.scale(f"deployment/{town.name}", 5)
        elif act == ACTS[3] and town.named("services"):
            cluster.patch(f"service/{town.name}", {"spec": {"selector": {"branch": "nowhere"}}})
        elif act in ACTS[4:]:
            cluster.stop_component(MANAGER)
            if act == ACTS[5]:
                town.wish(1 + number % 3, "1.1")
                if town.named("services"):
                    cluster.delete(f"service/{town.name}")
            town.run(2)
            cluster.start_component(MANAGER)
        town.run(2)
    town.run(60)
    return town


@check(
    points=3,
    title="Whatever people and crashes do",
    hints=(
        "The schedule of the report is the shortest list of troubles after which something stays wrong.",
        "Look at deployment and service each by itself: either may be missing, or changed by somebody.",
    ),
)
def trouble(reconcile, seed):
    draw = random.Random(seed)
    acts = [draw.choice(ACTS) for _ in range(5)] + draw.sample(ACTS, 3)
    found = played(reconcile, seed, acts)
    if not found.wrong():
        return seen(f"After {len(acts)} troubles {found.name} was as it was asked to be.", run=found.cluster)
    acts = fewest(acts, lambda some: bool(played(reconcile, seed, some).wrong()), 14)
    town = played(reconcile, seed, acts)
    count = "no trouble is" if not acts else f"{len(acts)} trouble{'s are' if len(acts) > 1 else ' is'}"
    return town.not_yet(
        f"A minute after the troubles were over: {town.wrong()} Of 8 troubles {count} enough for it.",
        "A controller is thought to be told of each change once, and to need no second look.",
        acts,
    )


# %% tags=["hidden"]
SEEDS = (904,)

# %% tags=["wrong"] wrong="made once" points=5 because="right for ever"
right = reconcile
def reconcile(branch, owner, deployment, service):
    steps = right(branch, owner, deployment, service)
    return [step for step in steps if "patch" not in step]

# %% tags=["wrong"] wrong="nobody owns it" points=8 because="vanish with the wish"
right = reconcile
def reconcile(branch, owner, deployment, service):
    steps = right(branch, owner, deployment, service)
    for step in steps:
        step.get("create", {"metadata": {}})["metadata"].pop("ownerReferences", None)
    return steps

# %% tags=["wrong"] wrong="the Service only together with the Deployment" points=7 because="no second look"
right = reconcile
def reconcile(branch, owner, deployment, service):
    return [
        step
        for step in right(branch, owner, deployment, service)
        if deployment is None or step.get("create", {}).get("kind") != "Service"
    ]

# %% tags=["wrong"] wrong="the status again and again" points=9 because="cost nothing"
right = reconcile
def reconcile(branch, owner, deployment, service):
    ready = (deployment or {}).get("status", {}).get("readyReplicas", 0)
    steps = [step for step in right(branch, owner, deployment, service) if "status" not in step]
    return [*steps, {"status": {"ready": ready}}]

# %% tags=["wrong"] wrong="the market learnt by heart" points=0 because="had no"
right = reconcile
def reconcile(branch, owner, deployment, service):
    return right(branch, owner, deployment, service) if branch["metadata"]["name"] == "market" else []
