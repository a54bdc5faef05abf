# %% [markdown] kind="fix"
# # Ready, it says
#
# Sarah's shop has two doors: port 8080 for customers, and port 9090, where her technicians look at it. Every time she
# publishes a version, the same thing happens:
#
# > kubectl counts as it should, 4 of 4 READY all the time, and is done in no time. And for a good quarter of a minute
# > customers stand before closed doors. Afterwards all is well.
#
# What you know about the image `sarahs-shop-two-doors`: port 8080 opens 8 seconds after the process starts. Now and
# then a shop **freezes**: it takes customers, but answers them no more. `/ready` on port 8080 answers when it is well.
#
# **Your task.** Find out who says that a shop is ready, and by what, and put it right, so that
#
# | what happens | what is to be true | points |
# |---|---|---|
# | your commands are run on a cluster like this one, and version 1.1 replaces 1.0 | no customer is turned away | 3 |
# | one shop freezes | half a minute later all customers are served by the others | 2 |
# | version 1.1 replaces 1.0 | a minute and a half later it is everywhere | 1 |
#
# Your answer is a manifest, or commands of `kubectl`, one a line. It is run on a fresh cluster with the same trouble.

# %%
from course.grading import practise

shop = practise("21_probe_handlers/ready_too_early")
check, hint = shop
kubectl = shop.kubectl
kubectl("rollout restart deployment shop")
kubectl.wait(5)
kubectl("get pods")

# %% [markdown]
# **Before you change anything:** who asks a shop whether it is ready, what exactly is asked, and what would a customer
# have asked?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "cure", "locked": false, "schema_version": 3, "solution": true, "task": false}
cure = """
kubectl describe deployment shop
"""
### BEGIN SOLUTION
cure = """
kubectl patch deployment shop -p '{"spec": {"template": {"spec": {"containers": [{"name": "shop", "readinessProbe": {"tcpSocket": null, "httpGet": {"path": "/ready", "port": 8080}}}]}}}}'
"""
### END SOLUTION

# %%
check(cure)

# %%
hint()

# %% tags=["checks"]
from course.grading import check, not_yet, once, seen
from course.grading.mending import cured, deployment
from course.grading.shop import SarahsShop, Street
from kubelite.kubelet.images import register

# %% tags=["checks"]
FOUR = 4
TECHNICIANS = {"tcpSocket": {"port": 9090}, "periodSeconds": 2}


class TwoDoors(SarahsShop):
    """Sarah's shop, and a door for technicians that is open at once."""

    def listens(self, port):
        return port == 9090 or super().listens(port)


register("sarahs-shop-two-doors", TwoDoors)


def scenario(seed):
    """Four shops, open."""
    street = Street(seed)
    container = {"readinessProbe": TECHNICIANS}
    street.cluster.apply(deployment(FOUR, image="sarahs-shop-two-doors:1.0", container=container))
    street.cluster.run(40)
    return street.cluster


class Day:
    """After the cure: a new version comes, and then a shop freezes."""

    def __init__(self, cure, seed):
        street = cured(scenario, cure, seed, wait=240)
        self.first = street.verdict(FOUR, "Four minutes after the cure")
        self.refused = street.update("sarahs-shop-two-doors:1.1")
        self.visits = street.visit(180, every=0.5)
        self.new = sum("(1.1)" in page for page in street.visit(40).pages)
        street.cluster.run(120)
        street.freeze_one()
        street.cluster.run(30)
        self.frozen = street.visit(60)


day_of = once(Day)


@check(
    points=3,
    title="A new version turns nobody away",
    hints=(
        "READY follows from the readinessProbe. Which door does it knock at?",
        "That a process runs, that a port is open and that a page comes back are three different things.",
    ),
)
def rollout(cure, seed):
    day = day_of(cure, seed)
    if not day.first.held:
        return day.first
    if day.refused or not day.new:
        return not_yet(day.refused or "A minute and a half after 1.1 was asked for, nobody was served by it.")
    if day.visits.lost:
        return not_yet(
            f"While 1.1 replaced 1.0, {day.visits.lost} of 180 customers {day.visits.trouble}.",
            misconception="A program that runs is taken for one that serves.",
        )
    return seen("1.1 replaced 1.0, and 180 customers were served meanwhile.")


@check(
    points=2,
    title="A frozen shop gets no customers",
    hints=("A frozen shop still opens its door. How would you notice, from outside?", "Ask for a page, and expect an answer."),
)
def frozen(cure, seed):
    day = day_of(cure, seed)
    if not day.first.held:
        return day.first
    if day.frozen.lost:
        return not_yet(
            f"Half a minute after one shop froze, {day.frozen.lost} of 60 customers {day.frozen.trouble}.",
            misconception="An open port is taken for an answer.",
        )
    return seen("One shop froze; half a minute later the others served all customers.")


@check(
    points=1,
    title="It does not take longer than it has to",
    hints=("The door opens after 8 seconds. How soon does the probe notice?",),
)
def quick(cure, seed):
    day = day_of(cure, seed)
    if day.visits.lost:
        return not_yet(f"{day.visits.lost} customers were lost meanwhile, so haste is not what matters.")
    if day.new < 40:
        return not_yet(f"A minute and a half after 1.1 was asked for, {40 - day.new} of 40 customers got 1.0.")
    return seen("1.1 was everywhere after a minute and a half.")


# %% tags=["hidden"]
SEEDS = (257,)

# %% tags=["wrong"] wrong="the right door, and only a knock" points=4 because="An open port is taken for an answer"
cure = """kubectl patch deployment shop -p '{"spec": {"template": {"spec": {"containers": [{"name": "shop", "readinessProbe": {"tcpSocket": {"port": 8080}}}]}}}}'"""

# %% tags=["wrong"] wrong="the wrong door, after a pause" points=4 because="Half a minute after one shop froze"
cure = """kubectl patch deployment shop -p '{"spec": {"template": {"spec": {"containers": [{"name": "shop", "readinessProbe": {"initialDelaySeconds": 10}}]}}}}'"""

# %% tags=["wrong"] wrong="the right question, twice a minute" points=3 because="of 40 customers got 1.0"
cure = """kubectl patch deployment shop -p '{"spec": {"template": {"spec": {"containers": [{"name": "shop", "readinessProbe": {"tcpSocket": null, "initialDelaySeconds": 40, "periodSeconds": 40, "httpGet": {"path": "/ready", "port": 8080}}}]}}}}'"""

# %% tags=["wrong"] wrong="a pause between the pods" points=0 because="While 1.1 replaced 1.0"
cure = """kubectl patch deployment shop -p '{"spec": {"minReadySeconds": 10}}'"""

# %% tags=["wrong"] wrong="the process is asked whether it lives" points=0 because="While 1.1 replaced 1.0"
cure = """kubectl patch deployment shop -p '{"spec": {"template": {"spec": {"containers": [{"name": "shop", "readinessProbe": null, "livenessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "initialDelaySeconds": 15}}]}}}}'"""
