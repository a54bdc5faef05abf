# %% [markdown] kind="fix"
# # The version that never came
#
# Yesterday Sarah published version 1.1 of her shop: she built the image, pushed it, and told her Deployment to use it.
#
# > Customers still get version 1.0, all of them. Three shops work. Two more pods have never become READY; kubectl calls
# > them `ErrImagePull` and `ImagePullBackOff` by turns. The registry is well: it has 1.0 and 1.1 of `sarahs-shop`, and
# > all three nodes can reach it.
#
# **Your task.** Find out why 1.1 does not arrive, and put it right, so that
#
# | what happens | what is to be true | points |
# |---|---|---|
# | your commands are run on a cluster as broken as this one | two minutes later four shops are open | 1 |
# | | all of them are version 1.1 | 2 |
# | 1.1 turns out to be bad | what ran before can be rolled back to, and nobody is turned away | 2 |
#
# Your answer is a manifest, or commands of `kubectl`, one a line. It is run on a fresh cluster with the same trouble.

# %%
from course.grading import practise

shop = practise("18_runtimes/the_version_that_never_came")
check, hint = shop
kubectl = shop.kubectl
kubectl("get pods")

# %% [markdown]
# **Before you change anything:** who fetches an image, from where, and by which name?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "cure", "locked": false, "schema_version": 3, "solution": true, "task": false}
cure = """
kubectl rollout history deployment shop
"""
### BEGIN SOLUTION
cure = """
kubectl set image deployment/shop shop=sarahs-shop:1.1
"""
### END SOLUTION

# %%
check(cure)

# %%
hint()

# %% tags=["checks"]
from course.grading import check, not_yet, once, seen
from course.grading.mending import cured, deployment
from course.grading.shop import Street

# %% tags=["checks"]
FOUR = 4
SLIP = "sarahs-shop:1.l"


def scenario(seed):
    """The street on the day after."""
    street = Street(seed)
    street.cluster.apply(deployment(FOUR))
    street.cluster.run(40)
    street.update(SLIP)
    street.cluster.run(120)
    return street.cluster


def versions(cluster, image):
    """The revisions of the Deployment whose pods have this image."""
    sets = [
        one
        for one in cluster.get("replicasets")
        if any(owner.name == "shop" for owner in one.metadata.owner_references)
    ]
    kept = [one for one in sets if one.spec.template.spec.containers[0].image == image]
    return [one.metadata.annotations["deployment.kubernetes.io/revision"] for one in kept]


class Day:
    """After the cure: as it is, and on the way back."""

    def __init__(self, cure, seed):
        street = cured(scenario, cure, seed, wait=120)
        self.first = street.verdict(FOUR, "Two minutes after the cure")
        pages = street.visit(40).pages
        self.new = sum("(1.1)" in page for page in pages)
        self.before = versions(street.cluster, "sarahs-shop:1.0")
        self.visits, self.back = None, 0
        if self.new == 40 and self.before:
            street.cluster.kubectl(f"rollout undo deployment shop --to-revision={self.before[0]}")
            self.visits = street.visit(150, every=0.5)
            self.back = sum("(1.0)" in page for page in street.visit(40).pages)


day_of = once(Day)


@check(points=1, title="Four shops are open", hints=("Three of four have been open all the time. What does the fourth wait for?",))
def open_again(cure, seed):
    day = day_of(cure, seed)
    return day.first


@check(
    points=2,
    title="They are version 1.1",
    hints=(
        "kubectl('describe pod NAME') of the pod that is not READY says which name was asked for, letter by letter.",
        "Compare it with the two names that the registry has. Some letters look like digits.",
    ),
)
def new_version(cure, seed):
    day = day_of(cure, seed)
    if day.new < 40:
        misconception = "Back to the old version is taken for a cure." if day.first.held else ""
        return not_yet(f"Of 40 customers {day.new} were served by version 1.1.", misconception)
    return seen("40 of 40 customers were served by version 1.1.")


@check(
    points=2,
    title="There is a way back",
    hints=("What ran before is kept with the Deployment, as long as the Deployment is kept.",),
)
def way_back(cure, seed):
    day = day_of(cure, seed)
    if day.new < 40:
        return not_yet("Version 1.1 had not arrived, so there was nothing to go back from.")
    if not day.before:
        return not_yet("There was no revision with version 1.0 any more.", "A Deployment made anew is thought to be the same one.")
    if day.back < 40 or day.visits.lost:
        lost = f"{day.visits.lost} of 150 customers {day.visits.trouble}" if day.visits.lost else f"{40 - day.back} of 40 still got 1.1"
        return not_yet(f"On the way back to 1.0, {lost}.")
    return seen("The way back to 1.0 took less than 80 s, and all customers were served.")


# %% tags=["hidden"]
SEEDS = (229,)

# %% tags=["wrong"] wrong="back to the old version" points=1 because="taken for a cure"
cure = "kubectl rollout undo deployment shop"

# %% tags=["wrong"] wrong="whatever is newest" points=1 because="served by version 1.1"
cure = "kubectl set image deployment/shop shop=sarahs-shop:latest"

# %% tags=["wrong"] wrong="away with it, and made anew" points=3 because="made anew"
cure = """
kubectl delete deployment shop
kubectl create deployment shop --image=sarahs-shop:1.1 --replicas=4
"""

# %% tags=["wrong"] wrong="no waiting while versions change" points=3 because="On the way back"
cure = """
kubectl patch deployment shop --type=json -p '[{"op": "replace", "path": "/spec/strategy", "value": {"type": "Recreate"}}]'
kubectl set image deployment/shop shop=sarahs-shop:1.1
"""

# %% tags=["wrong"] wrong="the nodes are told not to ask the registry" points=0 because="shops were open"
cure = """kubectl patch deployment shop -p '{"spec": {"template": {"spec": {"containers": [{"name": "shop", "imagePullPolicy": "Never"}]}}}}'"""

# %% tags=["wrong"] wrong="the pod is deleted, so that it asks again" points=0 because="shops were open"
cure = "kubectl delete pods -l app=shop --wait=false"
