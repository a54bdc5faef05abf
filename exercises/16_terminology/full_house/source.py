# %% [markdown] kind="fix"
# # The house is full
#
# Sarah rents a namespace: four pods, paid for by the month. Her four shops fill it. Version 1.0 has run for weeks; an
# hour ago she asked for 1.1:
#
# > Nothing happens. Four shops run, all READY, all 1.0. `kubectl rollout status` waits and waits. There is not even a pod
# > of the new version that could be ill. The nodes have room for thirty more.
#
# **Your task.** Find out what stands in the way, and put it right, so that
#
# | what happens | what is to be true | points |
# |---|---|---|
# | your commands are run on a cluster as broken as this one | two minutes later four shops are open, all 1.1 | 2 |
# | version 1.2 is asked for | within two and a half minutes it is everywhere, and no customer is turned away | 2 |
# | all the time | the namespace holds four pods at most, and is held to that | 1 |
#
# More pods are not to be had this month. Your answer is a manifest, or commands of `kubectl`, one a line. It is run on a
# fresh cluster with the same trouble.

# %%
from course.grading import practise

shop = practise("16_terminology/full_house")
check, hint = shop
kubectl = shop.kubectl
kubectl("get deployments,replicasets,pods")

# %% [markdown]
# **Before you change anything:** a Deployment makes no pods. Who does it tell, and which of the two would know why there
# is none?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "cure", "locked": false, "schema_version": 3, "solution": true, "task": false}
cure = """
kubectl describe namespace default
"""
### BEGIN SOLUTION
cure = """
kubectl patch deployment shop -p '{"spec": {"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}}}'
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
RENT = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "rent"},
    "spec": {"hard": {"pods": "4"}},
}
ONE_MORE = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def scenario(seed):
    """The street an hour after 1.1 was asked for."""
    street = Street(seed)
    street.cluster.apply(RENT)
    street.cluster.apply(deployment(FOUR, strategy=ONE_MORE))
    street.cluster.run(40)
    street.update("sarahs-shop:1.1")
    street.cluster.run(60)
    return street.cluster


class Day:
    """After the cure: as it is, and under the next version."""

    def __init__(self, cure, seed):
        street = cured(scenario, cure, seed, wait=120)
        self.first = street.verdict(FOUR, "Two minutes after the cure")
        self.one = sum("(1.1)" in page for page in street.visit(40).pages)
        self.rent = [str(q.spec.hard.get("pods")) for q in street.cluster.get("resourcequotas") if q.metadata.name == "rent"]
        self.refused = street.update("sarahs-shop:1.2")
        self.visits = street.visit(300, every=0.5)
        self.two = sum("(1.2)" in page for page in street.visit(40).pages)


day_of = once(Day)


@check(
    points=2,
    title="Version 1.1 is everywhere",
    hints=(
        "Pods are made by ReplicaSets. kubectl('describe replicaset') of the new one says what it has tried.",
        "While versions change, does the Deployment first add a pod, or first take one away? The strategy says it.",
        "maxSurge is how many more there may be meanwhile, maxUnavailable how many fewer. They may not both be 0.",
    ),
)
def arrived(cure, seed):
    day = day_of(cure, seed)
    if day.one < 40:
        return not_yet(f"Two minutes after the cure, {day.one} of 40 customers were served by 1.1.")
    return day.first


@check(
    points=2,
    title="So is the next one, without loss",
    hints=("The next version will meet the same walls. How many shops have to stay open while it moves in?",),
)
def next_version(cure, seed):
    day = day_of(cure, seed)
    if day.one < 40:
        return not_yet("Version 1.1 had not arrived everywhere yet.")
    if day.visits.lost:
        return not_yet(
            f"While 1.2 replaced 1.1, {day.visits.lost} of 300 customers {day.visits.trouble}.",
            misconception="Room for new pods is made by closing everything.",
        )
    if day.refused or day.two < 40:
        return not_yet(day.refused or f"Two and a half minutes after 1.2 was asked for, {day.two} of 40 customers were served by it.")
    return seen("1.2 replaced 1.1, and 300 customers were served meanwhile.")


@check(
    points=1,
    title="Four pods, as paid for",
    hints=("Who pays for the fifth? kubectl('get resourcequota').",),
)
def rented(cure, seed):
    day = day_of(cure, seed)
    if not day.one:
        return not_yet("Nothing had moved yet, so nothing was asked of the namespace.")
    if day.rent != ["4"]:
        held = f"{day.rent[0]} pods" if day.rent else "any number of pods"
        return not_yet(f"The namespace might hold {held}.", misconception="A limit is taken for an obstacle.")
    return seen("The namespace was still held to four pods.")


# %% tags=["hidden"]
SEEDS = (239,)

# %% tags=["wrong"] wrong="the limit is taken away" points=4 because="taken for an obstacle"
cure = "kubectl delete resourcequota rent"

# %% tags=["wrong"] wrong="the limit is raised" points=4 because="might hold 5 pods"
cure = """kubectl patch resourcequota rent -p '{"spec": {"hard": {"pods": "5"}}}'"""

# %% tags=["wrong"] wrong="everything is closed first" points=3 because="closing everything"
cure = """kubectl patch deployment shop --type=json -p '[{"op": "replace", "path": "/spec/strategy", "value": {"type": "Recreate"}}]'"""

# %% tags=["wrong"] wrong="three shops are enough" points=3 because="3 of 4 shops were open"
cure = "kubectl scale deployment shop --replicas=3"

# %% tags=["wrong"] wrong="back and forth again" points=0 because="served by 1.1"
cure = """
kubectl rollout undo deployment shop
kubectl rollout restart deployment shop
"""
