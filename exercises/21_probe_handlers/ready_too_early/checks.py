"""Checks of the exercise 21_probe_handlers/ready_too_early: built from source.py by `kubelite exercise build`."""

from course.grading import check, not_yet, once, seen
from course.grading.mending import cured, deployment
from course.grading.shop import SarahsShop, Street
from kubelite.kubelet.images import register

TITLE = 'Ready, it says'
ANSWERS = ('cure',)
KIND = 'fix'

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
