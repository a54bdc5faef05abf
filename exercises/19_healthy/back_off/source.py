# %% [markdown] kind="build"
# # Build it: how long does a container that has crashed wait?
#
# A bad release of Sarah's shop crashes as soon as it starts. Started again at once, it crashes at once: that heats the
# machine and helps nobody. A kubelet waits, and longer each time. You write that rule; the kubelets of the cluster
# ask your function in the place of ours.
#
# `wait(last, ran)` returns seconds. It is asked when a container has ended:
#
# - `last` is how long this container waited before its latest start, in seconds; `None` if it has never waited before,
# - `ran` is how long it then ran, in seconds; `0` the first time.
#
# | what is to be true | points |
# |---|---|
# | the first time it is started again at once, then after 10 s, 20 s, 40 s ... | 2 |
# | it never waits for more than five minutes | 2 |
# | a container that ran for more than ten minutes begins anew | 3 |
# | no sequence of short and long runs breaks these rules | 2 |

# %%
from course.grading import practise

check, hint = practise("19_healthy/back_off")

# %% [markdown]
# **Before you write it:** a container crashes 2 s after every start. How many times is it started within 15 minutes?
# And is a container that crashes once a day as ill as this one?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "wait", "locked": false, "schema_version": 3, "solution": true, "task": false}
def wait(last, ran):
    return 3600
### BEGIN SOLUTION
def wait(last, ran):
    if last is None or ran > 600:
        return 0
    return min(max(2 * last, 10), 300)
### END SOLUTION

# %%
report = check(wait)
report

# %%
hint()

# %% tags=["checks"]
import random

from course.grading import check, not_yet, seen
from course.grading.building_kubelet import backing_off
from course.grading.exercise import once
from kubelite import Cluster
from kubelite.chaos.shrinking import fewest
from kubelite.sim.clock import SECOND

# %% tags=["checks"]
LONG = 600


def crashing(name, seconds):
    """A pod whose program ends in failure so many seconds after each start."""
    work = {"name": "work", "image": "busybox", "command": ["sh", "-c", f"sleep {seconds}; exit 1"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": [work]}}


class Watch:
    """Two pods that crash, for 25 minutes or longer: how long each start was waited for."""

    def __init__(self, wait, seed, seconds, minutes):
        install, self.failures = backing_off(wait)
        self.cluster = Cluster(1, seed)
        install(self.cluster)
        self.cluster.apply(crashing("bad", seconds))
        self.waits = []
        seen_starts = set()
        for _ in range(minutes * 12):
            self.cluster.run(5)
            for status in self.cluster.get("pod", "bad").status.container_statuses:
                running, ended = status.state.running, status.last_state and status.last_state.terminated
                if running and ended and running.started_at not in seen_starts:
                    seen_starts.add(running.started_at)
                    self.waits.append((running.started_at - ended.finished_at) / SECOND)
        self.failures.raise_()

    def told(self):
        return ", ".join(f"{wait:.0f}" for wait in self.waits) or "none"

    def near(self, expected):
        """Whether the waits are these, but for the moments that a start takes."""
        pairs = zip(self.waits, expected, strict=False)
        return len(self.waits) >= len(expected) and all(-2 <= wait - best <= 4 for wait, best in pairs)


ill = once(lambda wait, seed: Watch(wait, seed, 6 + seed % 3, 25))
steady = once(lambda wait, seed: Watch(wait, seed, 640 + seed % 7, 48))


@check(
    points=2,
    title="At once, then longer each time",
    hints=("last is None the first time. What is to come after a wait of 0?", "Twice the last wait, and 10 at least."),
)
def doubles(wait, seed):
    found = ill(wait, seed)
    told = f"A container that crashes again and again was started again after {found.told()} s."
    if not found.near([0, 10, 20, 40, 80]):
        constant = len(found.waits) > 3 and max(found.waits[1:]) - min(found.waits[1:]) < 4
        return not_yet(told, "The same wait is thought to do every time." if constant else "", run=found.cluster)
    return seen(told, run=found.cluster)


@check(points=2, title="Never more than five minutes", hints=("Doubling has to end somewhere: min(..., 300).",))
def capped(wait, seed):
    found = ill(wait, seed)
    told = f"A container that crashes again and again was started again after {found.told()} s."
    if len(found.waits) < 7 or max(found.waits) > 304:
        return not_yet(told + " Nothing came after that within 25 minutes.", "Doubling is thought to need no end." if found.waits else "", run=found.cluster)
    if max(found.waits) < 296:
        return not_yet(told, "A crash that goes on is thought to need no more patience.", run=found.cluster)
    return seen(told, run=found.cluster)


@check(points=3, title="Long runs are forgiven", hints=("ran says how long it ran before this crash. When is that long?",))
def forgiven(wait, seed):
    found = steady(wait, seed)
    told = f"A container that runs for more than ten minutes before each crash was started again after {found.told()} s."
    if len(found.waits) < 3 or not found.near([0, 0, 0]):
        return not_yet(told, "A crash is thought never to be forgiven.", run=found.cluster)
    if not ill(wait, seed).near([0, 10]):
        return not_yet("One that crashes at once was started again as quickly as one that had run for hours.", run=ill(wait, seed).cluster)
    return seen(told, run=found.cluster)


def first_wrong(wait, runs):
    """The first wait that breaks a rule, for runs of these lengths in seconds: a sentence, or ""."""
    last, due = None, None
    for number, ran in enumerate(runs):
        due = 0 if last is None or ran > LONG else min(max(2 * last, 10), 300)
        said = wait(last=last, ran=0 if last is None else ran)
        if type(said) not in (int, float) or abs(said - due) > 0.01:
            return f"after run {number + 1}, of {ran} s, with a last wait of {'none' if last is None else f'{last} s'}, the answer was {said}, and {due} is the rule"
        last = due
    return ""


@check(points=2, title="Any sequence of runs", hints=("The schedule of the report is the shortest sequence of runs that breaks a rule.",))
def sequences(wait, seed):
    draw = random.Random(seed)
    for _ in range(30):
        runs = [draw.choice((1, 5, 30, 299, 400, 599, 600, 601, 4000)) for _ in range(draw.randint(1, 14))]
        if first_wrong(wait, runs):
            runs = fewest(runs, lambda some: bool(first_wrong(wait, some)), 40)
            return not_yet(f"Of {len(runs)} runs: {first_wrong(wait, runs)}.", schedule=[f"runs for {ran} s, crashes" for ran in runs])
    return seen("Thirty sequences of runs were waited for by the rules.")


# %% tags=["hidden"]
SEEDS = (702,)

# %% tags=["wrong"] wrong="always ten seconds" points=0 because="same wait"
def wait(last, ran):
    return 10 if last is None or ran < 600 else 0

# %% tags=["wrong"] wrong="no end" points=2 because="need no end"
def wait(last, ran):
    return 0 if last is None else max(2 * last, 10)

# %% tags=["wrong"] wrong="never forgiven" points=4 because="never to be forgiven"
right = wait
def wait(last, ran):
    return right(last, 0)

# %% tags=["wrong"] wrong="forgiven too early" points=7 because="the rule"
right = wait
def wait(last, ran):
    return right(last, 601 if ran >= 300 else 0)

# %% tags=["wrong"] wrong="half an hour" points=5 because="no end"
def wait(last, ran):
    return 0 if last is None or ran > 600 else min(max(2 * last, 10), 1800)

# %% tags=["wrong"] wrong="a clock in the function" points=4 because="A crash is thought never to be forgiven"
import itertools
answers = itertools.cycle([0, 10, 20, 40, 80, 160, 300, 300, 300, 300])
def wait(last, ran):
    return next(answers)
