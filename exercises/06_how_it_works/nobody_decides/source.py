# %% [markdown] kind="fix"
# # Nobody decides
#
# A student has tried out a program of his own in Sarah's cluster, and taken it away again in the evening. In the
# morning the shops were closed:
#
# > Four pods, all `Pending`, for an hour. When a pod waits for room it usually says so; these say nothing at all, there
# > is not a single event about them. The three nodes are Ready and empty.
#
# **Your task.** Find out who would have to act and does not, and put it right, so that
#
# | what happens | what is to be true | points |
# |---|---|---|
# | your commands are run on a cluster as broken as this one | a minute later four shops are open | 2 |
# | the node with most of the shops loses power | seven minutes later four shops are open | 2 |
# | version 1.1 replaces 1.0 | two minutes later all customers are served by 1.1 | 1 |
#
# Your answer is a manifest, or commands of `kubectl`, one a line. It is run on a fresh cluster with the same trouble.

# %%
from course.grading import practise

shop = practise("06_how_it_works/nobody_decides")
check, hint = shop
kubectl = shop.kubectl
kubectl("get pods -o wide")

# %% [markdown]
# **Before you change anything:** between the wish for a pod and its first container, several components act one after
# the other. Which of them have done their part here, and which one is missing?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "cure", "locked": false, "schema_version": 3, "solution": true, "task": false}
cure = """
kubectl get events
"""
### BEGIN SOLUTION
cure = """
kubectl patch deployment shop -p '{"spec": {"template": {"spec": {"schedulerName": "default-scheduler"}}}}'
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


def scenario(seed):
    """The street in the morning."""
    street = Street(seed)
    street.cluster.apply(deployment(FOUR, pod={"schedulerName": "thrifty-scheduler"}))
    street.cluster.run(60)
    return street.cluster


class Day:
    """After the cure: as it is, under a new version, and without the busiest node."""

    def __init__(self, cure, seed):
        street = cured(scenario, cure, seed)
        self.first = street.verdict(FOUR, "A minute after the cure", exactly=True)
        self.refused = street.update("sarahs-shop:1.1")
        street.cluster.run(120)
        pages = street.visit(40).pages
        self.old = sum("(1.1)" not in page for page in pages)
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
        "kubectl('get pods -o wide'): have these pods a node? Who writes that into a pod?",
        "kubectl('get pod NAME -o yaml') shows for whom a pod waits. A pod without an event is a pod that nobody looks at.",
        "Several schedulers may work in one cluster; spec.schedulerName says which one is asked.",
    ),
)
def open_again(cure, seed):
    return day_of(cure, seed).first


@check(
    points=2,
    title="A lost node is survived",
    hints=("Who decides about the next pod, and the one after it? May it go to any node?",),
)
def node_lost(cure, seed):
    day = day_of(cure, seed)
    if day.first.held and not day.later.held:
        return not_yet(day.later.sentence, misconception="A node chosen once by hand is thought to be as good as a scheduler.")
    return day.later


@check(
    points=1,
    title="The next version comes, too",
    hints=("What is mended: these four pods, or the template that the next four are made from?",),
)
def next_version(cure, seed):
    day = day_of(cure, seed)
    if day.refused or day.old:
        return not_yet(day.refused or f"Two minutes after 1.1 was asked for, {day.old} of 40 customers were not served by it.")
    return seen("Two minutes after 1.1 was asked for, 40 customers were served by it.")


# %% tags=["hidden"]
SEEDS = (223,)

# %% tags=["wrong"] wrong="a node is written into the template" points=3 because="as good as a scheduler"
cure = """kubectl patch deployment shop -p '{"spec": {"template": {"spec": {"nodeName": "node-1"}}}}'"""

# %% tags=["wrong"] wrong="a scheduler that may take one node only" points=3 because="lost power"
cure = """kubectl patch deployment shop -p '{"spec": {"template": {"spec": {"schedulerName": "default-scheduler", "nodeSelector": {"kubernetes.io/hostname": "node-2"}}}}}'"""

# %% tags=["wrong"] wrong="four pods that nobody counts" points=2 because="not served by it"
cure = "\n".join(f"kubectl run shop-{n} --image=sarahs-shop:1.0 --labels=app=shop" for n in range(4))

# %% tags=["wrong"] wrong="the pods are deleted, so that they are made anew" points=0 because="shops were open"
cure = "kubectl delete pods -l app=shop"

# %% tags=["wrong"] wrong="three of four, by hand" points=0 because="shops were open"
cure = "\n".join(f"kubectl run shop-{n} --image=sarahs-shop:1.0 --labels=app=shop" for n in range(3))
