# %% [markdown] kind="fix"
# # One shop too many
#
# Before she had a cluster, Sarah ran one shop on each server and wrote down its address. She has brought her settings
# with her. Three shops worked at once, on three nodes. Now there is more to do, and she has asked for a fourth:
#
# > Three are open, the fourth is `Pending` and will not come. The nodes are almost idle: each has four CPUs, and a shop
# > takes a quarter of one.
#
# **Your task.** Find out what keeps the fourth shop out, and put it right, so that
#
# | what happens | what is to be true | points |
# |---|---|---|
# | your commands are run on a cluster as broken as this one | a minute later four shops are open | 2 |
# | version 1.1 replaces 1.0 | it arrives everywhere, and no customer is turned away meanwhile | 2 |
# | the node with most of the shops loses power | seven minutes later four shops are open on the other two | 2 |
#
# Customers come to the Service `shop`; nobody uses the old addresses any more. Your answer is a manifest, or commands of
# `kubectl`, one a line. It is run on a fresh cluster with the same trouble.

# %%
from course.grading import practise

shop = practise("01_sarahs_shop/one_too_many")
check, hint = shop
kubectl = shop.kubectl
kubectl("get pods -o wide")

# %% [markdown]
# **Before you change anything:** what does a machine have only one of, however large it is?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "cure", "locked": false, "schema_version": 3, "solution": true, "task": false}
cure = """
kubectl get events
"""
### BEGIN SOLUTION
cure = """
kubectl patch deployment shop --type=json -p '[{"op": "remove", "path": "/spec/template/spec/containers/0/ports/0/hostPort"}]'
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
DOOR = {"ports": [{"containerPort": 8080, "hostPort": 8080}]}


def scenario(seed):
    """Three shops that work, and a fourth that was asked for."""
    street = Street(seed)
    street.cluster.apply(deployment(FOUR, container=DOOR))
    street.cluster.run(60)
    return street.cluster


class Day:
    """After the cure: as it is, under a new version, and without the busiest node."""

    def __init__(self, cure, seed):
        street = cured(scenario, cure, seed)
        self.first = street.verdict(FOUR, "A minute after the cure", exactly=True)
        self.refused = street.update("sarahs-shop:1.1")
        self.visits = street.visit(180, every=0.5)
        self.old = sum("(1.1)" not in page for page in street.visit(40).pages)
        self.node = street.busiest_node()
        if self.node:
            street.cluster.kill_node(self.node)
            street.cluster.run(420)
        self.later = street.verdict(FOUR, f"Seven minutes after {self.node or 'a node'} lost power")


day_of = once(Day)


@check(
    points=2,
    title="Four shops are open",
    hints=(
        "kubectl('describe pod NAME') of the one that waits: what did the scheduler say about each node?",
        "Room for cpu and memory is not all that a node has to give. What else does the container ask the node for?",
    ),
)
def open_again(cure, seed):
    return day_of(cure, seed).first


@check(
    points=2,
    title="A new version turns nobody away",
    hints=(
        "While versions change there is one shop more than you asked for.",
        "Whatever you removed: was something among it that tells whether a door is open?",
    ),
)
def next_version(cure, seed):
    day = day_of(cure, seed)
    if not day.first.held:
        return day.first
    if day.refused or day.old:
        return not_yet(day.refused or f"90 s after 1.1 was asked for, {day.old} of 40 customers were not served by it.")
    if day.visits.lost:
        return not_yet(f"While 1.1 replaced 1.0, {day.visits.lost} of 180 customers {day.visits.trouble}.")
    return seen("1.1 replaced 1.0, and 180 customers were served meanwhile.")


@check(
    points=2,
    title="Four shops on two nodes",
    hints=("Four shops on two nodes: then one node has two of them.", "May every shop run on every node?"),
)
def node_lost(cure, seed):
    day = day_of(cure, seed)
    if day.first.held and not day.later.held:
        return not_yet(day.later.sentence, misconception="A shop is thought to belong to one machine.")
    return day.later


# %% tags=["hidden"]
SEEDS = (227,)

# %% tags=["wrong"] wrong="another door for the fourth" points=2 because="thought to belong to one machine"
import json

from course.grading.mending import deployment

other = deployment(1, labels={"app": "shop", "door": "two"}, container={"ports": [{"containerPort": 8080, "hostPort": 8081}]})
other["metadata"]["name"] = "shop-two"
cure = ["kubectl scale deployment shop --replicas=3", json.dumps(other)]

# %% tags=["wrong"] wrong="with the door, the probe goes, too" points=4 because="While 1.1 replaced 1.0"
cure = """kubectl patch deployment shop --type=json -p '[{"op": "remove", "path": "/spec/template/spec/containers/0/ports/0/hostPort"}, {"op": "remove", "path": "/spec/template/spec/containers/0/readinessProbe"}]'"""

# %% tags=["wrong"] wrong="all on one machine" points=4 because="lost power"
cure = """kubectl patch deployment shop --type=json -p '[{"op": "remove", "path": "/spec/template/spec/containers/0/ports/0/hostPort"}, {"op": "add", "path": "/spec/template/spec/nodeName", "value": "node-1"}]'"""

# %% tags=["wrong"] wrong="all are closed for the update" points=4 because="While 1.1 replaced 1.0"
cure = """kubectl patch deployment shop --type=json -p '[{"op": "remove", "path": "/spec/template/spec/containers/0/ports/0/hostPort"}, {"op": "replace", "path": "/spec/strategy", "value": {"type": "Recreate"}}]'"""

# %% tags=["wrong"] wrong="another number on the door" points=0 because="free ports"
cure = """kubectl patch deployment shop --type=json -p '[{"op": "replace", "path": "/spec/template/spec/containers/0/ports/0/hostPort", "value": 8081}]'"""

# %% tags=["wrong"] wrong="as many as there are machines" points=0 because="shops were open"
cure = "kubectl scale deployment shop --replicas=3"
