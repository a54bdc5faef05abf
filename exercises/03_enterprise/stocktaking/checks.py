"""Checks of the exercise 03_enterprise/stocktaking: built from source.py by `kubelite exercise build`."""

from course.grading import check, not_yet, seen
from course.grading.exercise import once
from course.grading.writing import hand_in
from kubelite import Cluster
from kubelite.kubelet.images import register
from kubelite.kubelet.images.program import Program
from kubelite.sim.clock import MINUTE, SECOND

TITLE = 'Stocktaking every ten minutes'
ANSWERS = ('manifest',)
KIND = 'write'

MANAGER = "kube-controller-manager"
TEN = 10 * MINUTE


class Stocktaking(Program):
    """Counts for some minutes, then leaves; how long is decided by the day, not by the pod."""

    diary = None

    def start(self):
        self.line = [self.machine.now, None, "running"]
        self.diary.append(self.line)
        self.after(self.minutes * MINUTE + int(self.machine.random.uniform(0, 90)) * SECOND, self.done)

    def done(self):
        self.line[1:] = [self.machine.now, "done"]
        self.exit(0)

    def stop(self):
        self.line[1:] = [self.machine.now, "broken off"]
        self.exit(1)


class Day:
    """Some hours: the counts as [begin, end, how they ended], told by the program itself."""

    def __init__(self, manifest, seed, minutes, hour, away=0):
        self.cluster, self.counts = Cluster(1, seed), []
        kind = type("Stocktaking", (Stocktaking,), {"diary": self.counts, "minutes": minutes})
        register("stocktaking", kind)
        hand_in(self.cluster, manifest, ("CronJob",))
        found = self.cluster.get("cronjobs")
        images = {c.image for j in found for c in j.spec.job_template.spec.template.spec.containers}
        self.foreign = ", ".join(sorted(images - {"stocktaking"}))
        self.cluster.run(hour * 60)
        if away:
            self.cluster.run(125)  # in the middle of a ten
            self.cluster.stop_component(MANAGER)
            self.cluster.run(away * 60)
            self.back = self.cluster.clock.now
            self.cluster.start_component(MANAGER)
            self.cluster.run(35 * 60)

    def late(self):
        """The counts that began more than a minute after a full ten minutes, how late in seconds."""
        lags = [begin % TEN // SECOND for begin, _, _ in self.counts]
        return [lag for lag in lags if lag > 60]

    def overlap(self):
        """How many counts began while another was running."""
        ends = [(begin, end or self.cluster.clock.now) for begin, end, _ in self.counts]
        return sum(any(b < begin < e for b, e in ends) for begin, _ in ends)

    def broken(self):
        return sum(how == "broken off" for _, _, how in self.counts)

    def not_yet(self, sentence, misconception=""):
        return not_yet(sentence, misconception, run=self.cluster)


quick = once(lambda manifest, seed: Day(manifest, seed, 4, 61))
slow = once(lambda manifest, seed: Day(manifest, seed, 12, 81))
away = once(lambda manifest, seed: Day(manifest, seed, 4, 31, 58 + seed % 2))


@check(points=1, title="A count every ten minutes", hints=("Five fields: minute, hour, day, month, weekday.", "*/10 in the first of them."))
def every_ten(manifest, seed):
    day = quick(manifest, seed)
    if day.foreign:
        return day.not_yet(f"The CronJob runs {day.foreign}, which counts nothing.")
    done = sum(how == "done" for _, _, how in day.counts)
    if not 5 <= len(day.counts) <= 6 or done < len(day.counts) - 1:
        return day.not_yet(f"In an hour {len(day.counts)} counts began and {done} came to their end.")
    return seen(f"In an hour {len(day.counts)} counts began and {done} came to their end.", run=day.cluster)


def some(day):
    """Whether enough was counted to say anything."""
    return len(day.counts) >= 3


@check(points=2, title="Never two at once", hints=("concurrencyPolicy says what happens when the last one still runs.",))
def alone(manifest, seed):
    day = slow(manifest, seed)
    if found := day.overlap():
        return day.not_yet(f"On a slow day {found} of {len(day.counts)} counts began while another was running.", "A schedule is thought to wait for its last run.")
    if not some(day):
        return day.not_yet(f"On a slow day {len(day.counts)} counts began within 80 minutes.")
    return seen(f"On a slow day {len(day.counts)} counts began, one after the other.", run=day.cluster)


@check(points=1, title="None is broken off", hints=("Forbid leaves the new one out, Replace ends the old one.", "activeDeadlineSeconds ends a count, too."))
def whole(manifest, seed):
    day = slow(manifest, seed)
    if found := day.broken():
        return day.not_yet(f"On a slow day {found} of {len(day.counts)} counts were broken off.", "The newest run is thought to be worth more than the one that is nearly done.")
    if not some(day) or not any(how == "done" for _, _, how in day.counts):
        return day.not_yet(f"On a slow day {len(day.counts)} counts began within 80 minutes, and none came to its end.")
    return seen("On a slow day no count was broken off.", run=day.cluster)


@check(
    points=2,
    title="On time or not at all",
    hints=("What was missed at 10:10 is made up for at 10:13, unless it is too late by then.", "startingDeadlineSeconds: after so many seconds a missed start is left out.", "Below 10 s a controller that looks every 10 s may miss it."),
)
def punctual(manifest, seed):
    for day, what in ((slow(manifest, seed), "On a slow day"), (away(manifest, seed), "When the control plane came back")):
        if late := day.late():
            return day.not_yet(f"{what} a count began {late[0]} s after a full ten minutes.", "A run that was missed is thought to be gone, and not to be made up for.")
        if not some(day):
            return day.not_yet(f"{what} {len(day.counts)} counts had begun.")
    return seen("Every count began within a minute after full ten minutes.", run=day.cluster)


@check(points=1, title="It goes on by itself", hints=("What belongs to the wish outlives the control plane; what was done by hand does not.",))
def goes_on(manifest, seed):
    day = away(manifest, seed)
    after = [begin for begin, _, _ in day.counts if begin > day.back + MINUTE]
    if not 3 <= len(after) <= 4:
        return day.not_yet(f"In the 35 minutes after the control plane had come back, {len(after)} counts began.")
    return seen(f"After an hour without control plane {len(after)} counts began in 35 minutes.", run=day.cluster)
