# %% [markdown] kind="build"
# # Build it: how many pods does this load need?
#
# On Black Friday the customers of Sarah's shop come in waves. Every 15 seconds the autoscaler looks at how busy the
# pods are and says how many there should be. You write that sum; the engine asks your function in the place of ours.
#
# `desired(current, target, pods)` returns a number of pods:
#
# - `current` is how many pods are asked for now,
# - `target` is how busy a pod is to be, as a percentage of the cpu it requests, such as 50,
# - `pods` is a list of `{"name": "shop-1", "ready": True, "usage": 80}`; `usage` is how busy a pod is, in the same
#   percentage, or `None` while nobody has measured it yet.
#
# The bounds `minReplicas` and `maxReplicas`, and how slowly it may shrink, remain the engine's affair.
#
# | what is to be true | points |
# |---|---|
# | pods that are busy beyond the target get help: enough of it, and not more | 2 |
# | when the wave has passed, there are fewer again | 2 |
# | within 10 % of the target nothing is changed | 2 |
# | pods that nobody has measured yet never make it grow or shrink more than it would otherwise | 3 |

# %%
from course.grading import practise

check, hint = practise("12_scaling/your_autoscaler")

# %% [markdown]
# **Before you write it:** three pods are 100 % busy, and 50 % is what they are to be. How many pods does the same work
# need? And what if a fourth pod has been started, of which nothing is known yet: does it help or not?
#
# For what is unknown be careful: when the numbers ask for more pods, suppose that such a pod is idle; when they ask
# for fewer, suppose that it is as busy as the target. If that turns the answer round, or leads to within
# 10 % of the target, stay with `current`.

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "desired", "locked": false, "schema_version": 3, "solution": true, "task": false}
def desired(current, target, pods):
    return current
### BEGIN SOLUTION
from math import ceil


def desired(current, target, pods):
    known = [pod["usage"] for pod in pods if pod["usage"] is not None]
    unknown = len(pods) - len(known)
    if not known:
        return current
    ratio = sum(known) / len(known) / target
    if abs(ratio - 1) <= 0.1:
        return current
    if not unknown:
        return ceil(round(ratio * len(known), 6))
    assumed = 0 if ratio > 1 else target
    again = (sum(known) + assumed * unknown) / len(pods) / target
    if abs(again - 1) <= 0.1 or (again > 1) != (ratio > 1):
        return current
    asked = ceil(round(again * len(pods), 6))
    return max(asked, current) if ratio > 1 else min(asked, current)
### END SOLUTION

# %%
report = check(desired)
report

# %%
hint()

# %% tags=["checks"]
import random

from course.grading import check, not_yet, seen
from course.grading.building import in_place
from course.grading.building_controllers import autoscaler
from course.grading.exercise import once
from kubelite import Cluster
from kubelite.chaos.shrinking import fewest

# %% tags=["checks"]
LABELS = {"app": "shop"}


def shop():
    """A pod that needs 10 ms of cpu for a page, and requests a tenth of a core: full at 10 pages a second."""
    work = {
        "name": "shop",
        "image": "shop",
        "env": [{"name": "CPU_MS_PER_REQUEST", "value": "10"}],
        "resources": {"requests": {"cpu": "100m"}},
    }
    template = {"metadata": {"labels": LABELS}, "spec": {"containers": [work]}}
    spec = {"replicas": 2, "selector": {"matchLabels": LABELS}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shop"}, "spec": spec}


class Wave:
    """A wave of customers over two pods: how many there are at its height, and afterwards."""

    def __init__(self, desired, seed):
        controller, self.failures = autoscaler(desired)
        self.cluster = cluster = Cluster(2, seed, controllers=in_place(controller))
        service = {"selector": LABELS, "ports": [{"port": 80, "targetPort": 8080}]}
        cluster.apply([shop(), {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop"}, "spec": service}])
        cluster.run(20)
        cluster.autoscale("deployment/shop", max=12, min=1, cpu=50)
        self.rate = 20 + 5 * (seed % 4)
        self.needed = -(-self.rate // 5)  # each may be half full: 5 pages a second
        load = cluster.load("shop", self.rate)
        self.pass_(240)
        self.height = self.replicas
        load.set(self.rate / 4)
        self.pass_(480)
        self.after = self.replicas

    def pass_(self, seconds):
        self.cluster.run(seconds)
        self.failures.raise_()

    @property
    def replicas(self):
        return self.cluster.get("deployment/shop").spec.replicas

    def not_yet(self, sentence, misconception=""):
        return not_yet(sentence, misconception, run=self.cluster)


wave = once(Wave)


@check(
    points=2,
    title="Help comes, enough and not more",
    hints=("The same work, shared so that each pod is as busy as the target.", "pods x average usage / target, rounded up"),
)
def grows(desired, seed):
    found = wave(desired, seed)
    told = f"{found.rate} pages a second came, work for {found.needed} pods at the target; four minutes later there were {found.height}."
    if found.height < found.needed:
        return found.not_yet(told)
    if found.height > found.needed + 1:
        return found.not_yet(told, "Growing step by step is thought to end at the right number by itself.")
    return seen(told, run=found.cluster)


@check(points=2, title="Fewer when the wave has passed", hints=("The same sum works downwards, too.",))
def shrinks(desired, seed):
    found = wave(desired, seed)
    needed = -(-found.rate // 20)
    told = f"A quarter of the wave was left, work for {needed} pods; eight minutes later there were {found.after}, and at its height there had been {found.height}."
    if found.after > needed or found.height < found.needed:
        return found.not_yet(told, "An autoscaler is thought to be there for growing only." if found.after >= found.height >= found.needed else "")
    return seen(told, run=found.cluster) if found.after >= needed else found.not_yet(told)


def asked(desired, current, target, usages):
    """What the learner answers for pods of these usages."""
    pods = [{"name": f"shop-{n}", "ready": usage is not None, "usage": usage} for n, usage in enumerate(usages)]
    return desired(current=current, target=target, pods=pods)


@check(points=2, title="Near enough is left alone", hints=("10 % more or less than the target is near enough.", "ratio = average usage / target; abs(ratio - 1) <= 0.1"))
def tolerant(desired, seed):
    draw = random.Random(seed)
    for _ in range(30):
        target, count = draw.choice((40, 50, 80, 100)), draw.randint(2, 9)
        for share in (91, 109, 100):
            found = asked(desired, count, target, [target * share / 100] * count)
            if found != count:
                return not_yet(
                    f"{count} pods were at {share} % of their target, and {found} were asked for.",
                    "Any difference from the target is thought to need an answer.",
                )
        if asked(desired, count, target, [target * 1.5] * count) <= count:
            return not_yet(f"{count} pods were half busier than their target, and nothing was changed.")
    return seen("Within 10 % of the target nothing was changed, beyond it something was.")


def bounds(target, usages):
    """The fewest and the most that an answer may be for so many known and unknown usages."""
    known = [usage for usage in usages if usage is not None]
    total, current = sum(known), len(usages)
    ratio = total / len(known) / target
    if abs(ratio - 1) <= 0.1:
        return current, current
    if ratio > 1:
        exact = total / target
        lean = -(-round(exact * 1000) // 1000)
        return current, max(current, lean)
    exact = total / target + (current - len(known))
    return min(current, int(exact)), current


def wrong(desired, target, usages):
    """What is wrong with the answer for these usages, or ""."""
    if all(usage is None for usage in usages):
        return ""
    low, high = bounds(target, usages)
    found = asked(desired, len(usages), target, usages)
    if found > high:
        return f"{found} were asked for, {high} at most are needed."
    if found < low:
        return f"{found} were asked for, and {low} at least may still be needed."
    return ""


@check(
    points=3,
    title="What nobody has measured",
    hints=(
        "A pod without a number is not a pod at 0 %, and not one at the average of the others.",
        "Growing: count it as idle. Shrinking: count it as being at the target. Then do the sum again, with all pods.",
        "If the second sum is within 10 % of the target, or points the other way, the answer is current.",
    ),
)
def unknown(desired, seed):
    draw = random.Random(seed)
    for _ in range(40):
        target = draw.choice((40, 50, 80))
        usages = [draw.choice((None, 10, 20, target * 2, target * 3, 200)) for _ in range(draw.randint(3, 7))]
        if wrong(desired, target, usages):
            usages = fewest(usages, lambda some: bool(some) and bool(wrong(desired, target, some)), 40)
            return not_yet(
                f"Of {len(usages)} pods, {usages.count(None)} had not been measured; {wrong(desired, target, usages)}",
                "A pod that nobody has measured is taken for an idle one, or left out of the sum.",
                schedule=[f"shop-{n}: {'not measured' if u is None else f'{u} %'}, target {target} %" for n, u in enumerate(usages)],
            )
    if asked(desired, 2, 50, [200, None]) <= 2 or asked(desired, 6, 50, [5] * 5 + [None]) >= 6:
        return not_yet("With one pod that nobody had measured, the clear word of the others was not followed.")
    return seen("Pods that nobody had measured dampened every change, and stopped none that was clear.")


# %% tags=["hidden"]
SEEDS = (602,)

# %% tags=["wrong"] wrong="one more, one less" points=2 because="there were"
def desired(current, target, pods):
    known = [pod["usage"] for pod in pods if pod["usage"] is not None]
    average = sum(known) / max(len(known), 1)
    return current + (average > target) - (average < target)

# %% tags=["wrong"] wrong="only upwards" points=4 because="growing only"
right = desired
def desired(current, target, pods):
    return max(current, right(current, target, pods))

# %% tags=["wrong"] wrong="every difference counts" points=5 because="Any difference"
right = desired
def desired(current, target, pods):
    known = [pod["usage"] for pod in pods if pod["usage"] is not None]
    return right(current, target, pods) if len(known) < len(pods) else ceil(sum(known) / target)

# %% tags=["wrong"] wrong="what is unknown is idle" points=6 because="taken for an idle one"
right = desired
def desired(current, target, pods):
    return right(current, target, [{**pod, "usage": pod["usage"] or 0} for pod in pods])

# %% tags=["wrong"] wrong="what is unknown is left out" points=6 because="left out of the sum"
right = desired
def desired(current, target, pods):
    return right(current, target, [pod for pod in pods if pod["usage"] is not None])
