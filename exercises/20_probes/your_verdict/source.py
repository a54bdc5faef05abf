# %% [markdown] kind="build"
# # Build it: what does a failed probe mean?
#
# A kubelet asks each container of Sarah's shop how it is, again and again. One bad answer may be chance; a kubelet
# that panics restarts healthy shops, and one that never believes a bad answer leaves the frozen ones. You write the
# small machine that decides; the kubelets of the cluster ask it in the place of ours.
#
# `Verdict(kind, failures, successes)` is made for each probe of each container that starts:
#
# - `kind` is `"liveness"`, `"readiness"` or `"startup"`,
# - `failures` and `successes` are the probe's `failureThreshold` and `successThreshold`.
#
# Its method `now()` says what counts before anything has been heard, and `heard(ok)` takes one answer and says what
# counts from then on: `True`, `False`, or `None` for "nobody knows yet". What follows from it, a restart or no
# customers, is the engine's affair.
#
# | what is to be true | points |
# |---|---|
# | a container nobody has asked yet is alive, is not ready, and has not started | 2 |
# | `failures` bad answers in a row are needed, and enough | 3 |
# | what has been given up comes back after `successes` good answers in a row | 2 |
# | no sequence of answers is judged wrongly | 2 |

# %%
from course.grading import practise

check, hint = practise("20_probes/your_verdict")

# %% [markdown]
# **Before you write it:** the answers are bad, bad, good, bad, bad, and three failures are needed. Is the container ill?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "Verdict", "locked": false, "schema_version": 3, "solution": true, "task": false}
class Verdict:
    def __init__(self, kind, failures, successes):
        pass

    def now(self):
        return None

    def heard(self, ok):
        return None
### BEGIN SOLUTION
class Verdict:
    def __init__(self, kind, failures, successes):
        self.needed = {False: failures, True: successes}
        self.said = {"liveness": True, "readiness": False, "startup": None}[kind]
        self.last, self.in_a_row = None, 0

    def now(self):
        return self.said

    def heard(self, ok):
        self.in_a_row = self.in_a_row + 1 if ok == self.last else 1
        self.last = ok
        if self.in_a_row >= self.needed[ok]:
            self.said = ok
        return self.said
### END SOLUTION

# %%
report = check(Verdict)
report

# %%
hint()

# %% tags=["checks"]
import random

from course.grading import check, not_yet, seen
from course.grading.building_kubelet import probing
from course.grading.exercise import once
from kubelite import Cluster
from kubelite.api.conditions import pod_ready
from kubelite.chaos.shrinking import fewest

# %% tags=["checks"]
BEFORE = {"liveness": True, "readiness": False, "startup": None}


def pod(name, answers, **probes):
    """A pod whose program gives these answers, and what is asked of it."""
    asked = {
        kind: {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 2, **rules}
        for kind, rules in probes.items()
    }
    work = {"name": "work", "image": "scripted", "env": [{"name": "ANSWERS", "value": answers}], **asked}
    spec = {"terminationGracePeriodSeconds": 1, "containers": [work]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


class Ward:
    """Pods whose health is written down beforehand, and what became of each."""

    def __init__(self, Verdict, seed):
        self.limit = 2 + seed % 3
        install, self.failures = probing(Verdict)
        self.cluster = Cluster(1, seed)
        install(self.cluster)
        limit, bad = self.limit, "-" * self.limit
        shaky = ("-" * (limit - 1) + "+") * 40
        alive = {"failureThreshold": limit}
        self.cluster.apply(
            [
                pod("well", "+", livenessProbe=alive, readinessProbe={}),
                pod("shaky", shaky, livenessProbe=alive),
                pod("frozen", "++" + bad + "+" * 60, livenessProbe=alive),
                pod("asleep", "-" * 6 + "+", startupProbe={"failureThreshold": 30}, livenessProbe={"failureThreshold": 1}),
                pod("late", "+", livenessProbe={"initialDelaySeconds": 300}, readinessProbe={"initialDelaySeconds": 300}),
                pod("wavering", "+" + bad[1:] + "+", readinessProbe=alive),
                pod("closing", "+" + bad + "-" * 9 + "+-" * 20, readinessProbe={"failureThreshold": limit, "successThreshold": 2}),
                pod("back", "+" + bad + "--++", readinessProbe={"failureThreshold": limit, "successThreshold": 2}),
            ]
        )
        self.unready = set()
        self.cluster.run(4)
        for _ in range(28):
            self.cluster.run(2)
            found = self.cluster.get("pods")
            self.unready |= {p.metadata.name for p in found if p.status.pod_ip and self.begun(p) and not pod_ready(p)}
        self.failures.raise_()
        pods = {p.metadata.name: p for p in self.cluster.get("pods")}
        self.ready = {name for name, p in pods.items() if pod_ready(p)}
        self.restarts = {name: sum(s.restart_count for s in p.status.container_statuses) for name, p in pods.items()}

    def begun(self, p):
        """Whether it has been running for some seconds."""
        since = [s.state.running.started_at for s in p.status.container_statuses if s.state.running]
        return bool(since) and self.cluster.clock.now - since[0] > 5_000_000

    def not_yet(self, sentence, misconception=""):
        return not_yet(sentence, misconception, run=self.cluster)


ward = once(Ward)


@check(
    points=2,
    title="Before anybody has asked",
    hints=("Nobody is killed on suspicion, and nobody gets customers on suspicion.", "For startup there is no answer yet: None."),
)
def before(Verdict, seed):
    found = ward(Verdict, seed)
    if found.restarts["late"]:
        return found.not_yet("late is asked after five minutes only, and was restarted before.", "What is unknown is taken for ill.")
    if "late" in found.ready:
        return found.not_yet("late is asked after five minutes only, and got customers before.", "What is unknown is taken for ready.")
    if "well" not in found.ready or found.restarts["well"]:
        return found.not_yet(f"well gave good answers only: it was restarted {found.restarts['well']} times, and was{'' if 'well' in found.ready else ' not'} ready.")
    if found.restarts["asleep"] or "asleep" not in found.ready:
        return found.not_yet(
            f"asleep needs 14 s to start, for which its startup probe leaves time. It was restarted {found.restarts['asleep']} times.",
            "A container that has not started yet is judged as if it had." if found.restarts["asleep"] else "",
        )
    return seen("Before anybody had asked, nobody was killed and nobody got customers.", run=found.cluster)


@check(
    points=3,
    title="So many in a row",
    hints=("A good answer in between begins the count anew.", "Remember the last answer, and how many like it came in a row."),
)
def in_a_row(Verdict, seed):
    found = ward(Verdict, seed)
    if found.restarts["shaky"]:
        return found.not_yet(
            f"shaky gives {found.limit - 1} bad answers, a good one, and so on. It was restarted {found.restarts['shaky']} times, though {found.limit} bad ones in a row are needed.",
            "Failures are not counted in a row.",
        )
    if not found.restarts["frozen"]:
        return found.not_yet(f"frozen gave {found.limit} bad answers in a row, and was never restarted.", "A single good answer is thought to make up for any number of bad ones.")
    if "wavering" in found.unready:
        return found.not_yet(f"wavering gave {found.limit - 1} bad answers, and was taken out of the Service at once.")
    return seen(f"{found.limit} bad answers in a row counted, fewer did not.", run=found.cluster)


@check(points=2, title="The way back", hints=("successes good answers in a row, counted in the same way.",))
def way_back(Verdict, seed):
    found = ward(Verdict, seed)
    if "closing" in found.ready:
        return found.not_yet("closing gave good and bad answers in turn, and got customers, though two good ones in a row are needed.", "One good answer is thought to be enough.")
    if "back" not in found.unready or "back" not in found.ready:
        return found.not_yet(f"back failed {found.limit} times and more, then gave good answers only; in the end it was {'ready' if 'back' in found.ready else 'not ready'}.")
    return seen("Two good answers in a row opened the door again, one did not.", run=found.cluster)


def wrong(Verdict, kind, failures, successes, answers):
    """The first wrong verdict on these answers, as a sentence, or ""."""
    said, last, row = BEFORE[kind], None, 0
    machine = Verdict(kind=kind, failures=failures, successes=successes)
    for number, ok in enumerate(answers):
        row, last = (row + 1 if ok == last else 1), ok
        if row >= (successes if ok else failures):
            said = ok
        found = machine.heard(ok=ok)
        if found is not said:
            return f"after answer {number + 1} the verdict was {found}, where {said} is due"
    return ""


@check(points=2, title="Any sequence of answers", hints=("The schedule of the report is the shortest sequence that is judged wrongly.",))
def sequences(Verdict, seed):
    draw = random.Random(seed)
    for _ in range(40):
        kind = draw.choice(tuple(BEFORE))
        failures, successes = draw.randint(1, 4), draw.randint(1, 3) if kind == "readiness" else 1
        answers = [draw.random() < 0.5 for _ in range(draw.randint(1, 12))]
        rules = (Verdict, kind, failures, successes)
        if wrong(*rules, answers):
            answers = fewest(answers, lambda some: bool(wrong(*rules, some)), 40)
            return not_yet(
                f"A {kind} probe with failureThreshold {failures} and successThreshold {successes}: {wrong(*rules, answers)}.",
                schedule=["good" if ok else "bad" for ok in answers],
            )
    return seen("Forty sequences of answers were judged by the rules.")


# %% tags=["hidden"]
SEEDS = (703,)

# %% tags=["wrong"] wrong="all failures together" points=2 because="not counted in a row"
right = Verdict
class Verdict(right):
    def heard(self, ok):
        self.bad = getattr(self, "bad", 0) + (not ok)
        return super().heard(ok) and self.bad < self.needed[False]

# %% tags=["wrong"] wrong="one bad answer is enough" points=2 because="in a row"
right = Verdict
class Verdict(right):
    def __init__(self, kind, failures, successes):
        super().__init__(kind, 1, successes)

# %% tags=["wrong"] wrong="one good answer is enough" points=5 because="One good answer"
right = Verdict
class Verdict(right):
    def __init__(self, kind, failures, successes):
        super().__init__(kind, failures, 1)

# %% tags=["wrong"] wrong="ready until the opposite is proved" points=5 because="taken for ready"
right = Verdict
class Verdict(right):
    def __init__(self, kind, failures, successes):
        super().__init__(kind, failures, successes)
        self.said = True

# %% tags=["wrong"] wrong="the threshold of the public cluster" points=2 because="bad answers"
right = Verdict
class Verdict(right):
    def __init__(self, kind, failures, successes):
        super().__init__(kind, 3, successes)
