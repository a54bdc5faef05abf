# %% [markdown] kind="operate"
# # The tea hour
#
# Sarah has been in the newspaper: the article comes out in five minutes, and for five minutes after that everybody in
# town will want a tea pot. She knows the numbers from last time:
#
# | minutes from now | customers a second |
# |---|---|
# | 0 to 5 | 100 |
# | 5 to 10 | 700 |
# | 10 to 15 | 100 |
#
# One shop serves 100 customers a second and no more; it has half a CPU, and gets no more. It opens its door 15 seconds
# after it starts. Two shops run now. Sarah pays for each shop by the minute, from when it is made to when it is gone.
#
# **Your task.** Say what is to be done in these fifteen minutes, so that
#
# | what is to be true | points |
# |---|---|
# | at most one customer in a hundred goes away without an answer | 3 |
# | all shops together are paid for at most 75 minutes | 2 |
# | after the fifteen minutes two shops run, as before | 1 |
#
# Your answer `operate` is a list of commands and waits, as `["wait 60", "kubectl scale deployment shop --replicas=3"]`,
# or a function `operate(kubectl)`: `kubectl("get pods -o json")` gives what is printed, `kubectl.wait(5)` lets 5 seconds
# pass. The clock runs from the first command; what is left of the fifteen minutes after the last one passes by itself.

# %%
from course.grading import practise

street = practise("12_scaling/the_tea_hour")
check, hint = street
kubectl = street.kubectl
kubectl("get deployments,pods")

# %% [markdown]
# **Before you begin:** a machine that watches how busy the shops are sees the crowd when it is there. What do you know
# that it does not?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "operate", "locked": false, "schema_version": 3, "solution": true, "task": false}
operate = [
    "kubectl get deployments",
]
### BEGIN SOLUTION
operate = [
    "wait 270",
    "kubectl scale deployment shop --replicas=8",
    "wait 332",
    "kubectl scale deployment shop --replicas=2",
]
### END SOLUTION

# %%
check(operate)

# %%
hint()

# %% tags=["checks"]
from course.grading import check, not_yet, once, seen
from course.grading.mending import READY, deployment
from course.grading.operating import Operator
from course.grading.shop import Street
from kubelite.sim.clock import SECOND

# %% tags=["checks"]
MINUTES = 15
BUDGET = 75
CALM, CROWD = 100, 700
LOOKS_EVERY = 2 * SECOND
HALF = {"cpu": "500m", "memory": "128Mi"}


def scenario(seed):
    """Two shops, a hundred customers a second."""
    street = Street(seed)
    container = {"env": [{"name": "START_SECONDS", "value": "15"}], "resources": {"requests": HALF, "limits": HALF}}
    street.cluster.apply(deployment(2, image="shop:1.0", container={**container, "readinessProbe": READY}))
    street.cluster.run(60)
    street.cluster.load("shop", CALM)
    return street.cluster


class Hour:
    """A quarter of an hour: who was served, and what it cost."""

    def __init__(self, operate, seed):
        self.cluster = cluster = scenario(seed)
        self.load = cluster.load("shop", CALM)
        self.paid = 0.0
        began, before = cluster.clock.now, self.load.totals()
        cluster.clock.after(300 * SECOND, self.load.set, CROWD)
        cluster.clock.after(600 * SECOND, self.load.set, CALM)
        self.until = began + MINUTES * 60 * SECOND
        self.look()
        operator = Operator(cluster, seconds=MINUTES * 60)
        operator.take(operate)
        cluster.run(MINUTES * 60 - operator.elapsed)
        after = self.load.totals()
        self.sent = after.sent - before.sent
        self.lost = after.failed - before.failed
        pods = cluster.get("pods", selector="app=shop")
        self.left = sum(pod.metadata.deletion_timestamp is None for pod in pods)

    def look(self):
        """Every two seconds: what is paid for?"""
        now = self.cluster.clock.now
        if now < self.until:
            self.paid += sum(map(price, self.cluster.get("pods"))) * LOOKS_EVERY / SECOND / 60
            self.cluster.clock.after(LOOKS_EVERY, self.look)

    @property
    def hopeless(self):
        """Whether so many were lost that costs are no question."""
        return self.lost > self.sent * 0.3


def price(pod):
    """1 for half a CPU; a pod that may take more is charged for more, one without a limit for a node."""
    limits = [(container.resources.limits or {}).get("cpu") for container in pod.spec.containers]
    return sum(8.0 if limit is None else max(1.0, limit.milli / 500) for limit in limits)


hour_of = once(Hour)


@check(
    points=3,
    title="Almost everybody is served",
    hints=(
        "How many shops does a crowd of 700 need, and what else has to happen before a new shop serves?",
        "A shop that is asked for when the crowd is there comes too late. You know when it will come.",
    ),
)
def served(operate, seed):
    hour = hour_of(operate, seed)
    share = 100 * hour.lost / hour.sent
    if hour.lost > hour.sent / 100:
        idea = "A new shop is thought to be there at once." if 1 < share < 10 else ""
        return not_yet(f"{hour.lost:,} of {hour.sent:,} customers, {share:.1f} %, went away without an answer.", misconception=idea)
    return seen(f"{hour.lost:,} of {hour.sent:,} customers went away without an answer.")


@check(
    points=2,
    title="75 minutes are paid for",
    hints=("Two shops for fifteen minutes are 30 of them. What is left for the crowd?", "Who takes the shops away again, and when?"),
)
def paid(operate, seed):
    hour = hour_of(operate, seed)
    if hour.hopeless:
        return not_yet("Too many customers went away for the costs to matter.")
    if hour.paid > BUDGET:
        return not_yet(
            f"{hour.paid:.0f} minutes of shops were paid for.",
            misconception="Shops that nobody needs any more are thought to cost nothing.",
        )
    return seen(f"{hour.paid:.0f} minutes of shops were paid for.")


@check(points=1, title="In the end two shops run", hints=("When is the crowd gone?",))
def restored(operate, seed):
    hour = hour_of(operate, seed)
    if hour.hopeless:
        return not_yet("Too many customers went away for the evening to matter.")
    if hour.left != 2:
        return not_yet(f"After fifteen minutes there were {hour.left} shops.")
    return seen("After fifteen minutes there were two shops.")


# %% tags=["hidden"]
SEEDS = (281,)

# %% tags=["wrong"] wrong="eight, all the time" points=3 because="minutes of shops were paid for"
operate = ["kubectl scale deployment shop --replicas=8"]

# %% tags=["wrong"] wrong="when the crowd is there" points=3 because="thought to be there at once"
operate = ["wait 300", *operate[1:]]

# %% tags=["wrong"] wrong="five are enough" points=3 because="went away without an answer"
operate = [step.replace("=8", "=5") for step in operate]

# %% tags=["wrong"] wrong="an autoscaler sees to it" points=0 because="went away without an answer"
operate = ["kubectl autoscale deployment shop --min=2 --max=8 --cpu=60%"]

# %% tags=["wrong"] wrong="shops with a larger limit" points=4 because="minutes of shops were paid for"
operate = ["kubectl set resources deployment shop --limits=cpu=4"]
