"""Checks of the exercise 12_scaling/up_fast_down_slowly: built from source.py by `kubelite exercise build`."""

from course.grading import check, not_yet, seen
from course.grading.exercise import once
from course.grading.writing import hand_in
from kubelite import Cluster

TITLE = 'Up fast, down slowly'
ANSWERS = ('manifest',)
KIND = 'write'

LABELS = {"app": "shop"}


class Day:
    """A sale day in ten minutes, closing time, and a mistake: how many pods there were when."""

    def __init__(self, manifest, seed):
        self.cluster = cluster = Cluster(3, seed)
        work = {
            "name": "shop",
            "image": "shop",
            "env": [{"name": "CPU_MS_PER_REQUEST", "value": "10"}],
            "resources": {"requests": {"cpu": "100m"}},
        }
        template = {"metadata": {"labels": LABELS}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [work]}}
        spec = {"replicas": 2, "selector": {"matchLabels": LABELS}, "template": template}
        cluster.apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shop"}, "spec": spec})
        service = {"selector": LABELS, "ports": [{"port": 80, "targetPort": 8080}]}
        cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop"}, "spec": service})
        cluster.run(20)
        hand_in(cluster, manifest, ("HorizontalPodAutoscaler",))
        self.rate = 60 + 5 * (seed % 3)
        load = cluster.load("shop", 10)
        self.watch(60)
        load.set(self.rate)
        self.wave = self.watch(120 + 60)[-5:]
        load.set(15)
        self.lull = self.watch(120)
        load.set(self.rate)
        self.again = self.watch(180)
        load.set(5)
        self.evening = self.watch(1200)
        load.set(600)
        self.mistake = self.watch(180)

    def watch(self, seconds):
        """How many were asked for, every 15 s."""
        found = []
        for _ in range(round(seconds / 15)):
            self.cluster.run(15)
            found.append(self.cluster.get("deployment/shop").spec.replicas)
        return found

    @property
    def peak(self):
        """How many there were at the end of the wave."""
        return self.wave[-1]


day_of = once(Day)


@check(
    points=2,
    title="Enough for the wave",
    hints=("60 pages a second are work for six full pods. How full may they be?", "averageUtilization is a percentage of the request; at 150 the pods are beyond full.", "maxReplicas has to leave room for it."),
)
def enough(manifest, seed):
    day = day_of(manifest, seed)
    full = 10 * day.rate / min(day.wave[:2])
    if full > 80:
        return not_yet(f"Two minutes after the wave of {day.rate} pages a second began, there were {min(day.wave[:2])} pods, each {full:.0f} % full.", run=day.cluster)
    if max(day.wave) > 12:
        return not_yet(f"The wave of {day.rate} pages a second was served by {max(day.wave)} pods; Sarah pays for 12.", run=day.cluster)
    return seen(f"A wave of {day.rate} pages a second was served by {day.peak} pods, each {full:.0f} % full.", run=day.cluster)


@check(points=1, title="No pod is thrown away between two waves", hints=("scaleDown.stabilizationWindowSeconds: how long a smaller number has to be right before it is believed.",))
def lull(manifest, seed):
    day = day_of(manifest, seed)
    if day.peak <= 3:
        return not_yet(f"At the height of the wave there were {day.peak} pods, so none could be thrown away.", run=day.cluster)
    if min(day.lull) < day.peak:
        return not_yet(
            f"Between two waves, two minutes, the shop went from {day.peak} pods to {min(day.lull)}.",
            "What is not needed now is thought never to be needed again.",
            run=day.cluster,
        )
    return seen(f"Between two waves all {day.peak} pods stayed.", run=day.cluster)


@check(points=2, title="Gently", hints=("scaleDown.policies: so many Pods, or so much Percent, in periodSeconds.",))
def gently(manifest, seed):
    day = day_of(manifest, seed)
    counts = [day.again[-1], *day.evening]
    worst = max(before - after for before, after in zip(counts, counts[4:], strict=False))
    if day.peak <= 3:
        return not_yet(f"There were {day.peak} pods at most; little could be taken away.", run=day.cluster)
    if worst > 2:
        return not_yet(
            f"After closing time {worst} pods were taken away within a minute.",
            "A long wait before shrinking is taken for shrinking slowly.",
            run=day.cluster,
        )
    if counts[-1] >= day.peak:
        return not_yet("After closing time no pod was taken away at all.", run=day.cluster)
    return seen(f"After closing time {worst} pod{'s' if worst > 1 else ''} at most went within a minute.", run=day.cluster)


@check(points=1, title="Two are left", hints=("minReplicas is what is left when nobody comes.", "20 minutes have to be enough for all that your policies take away."))
def two_left(manifest, seed):
    day = day_of(manifest, seed)
    if day.evening[-1] != 2 or min(day.evening) < 2:
        return not_yet(f"20 minutes after closing time there were {day.evening[-1]} pods, and {min(day.evening)} at the fewest.", run=day.cluster)
    if day.peak <= 3:
        return not_yet("Two were left, but there had never been many more.", run=day.cluster)
    return seen("20 minutes after closing time two pods were left.", run=day.cluster)


@check(points=1, title="A mistake does not ruin Sarah", hints=("maxReplicas is the limit of the bill.",))
def limited(manifest, seed):
    day = day_of(manifest, seed)
    most = max(day.mistake)
    if most > 12 or most < 9:
        said = "Sarah pays for 12" if most > 12 else "the limit was too low for a wave"
        return not_yet(f"When 600 pages a second were sent by mistake, there were {most} pods; {said}.", run=day.cluster)
    return seen(f"When 600 pages a second were sent by mistake, there were {most} pods.", run=day.cluster)
