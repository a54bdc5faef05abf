"""Checks of the exercise 12_scaling/the_tea_hour: built from source.py by `kubelite exercise build`."""

from course.grading import check, not_yet, once, seen
from course.grading.mending import READY, deployment
from course.grading.operating import Operator
from course.grading.shop import Street
from kubelite.sim.clock import SECOND

TITLE = 'The tea hour'
ANSWERS = ('operate',)
KIND = 'operate'

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
