"""Checks of the exercise 01_sarahs_shop/one_too_many: built from source.py by `kubelite exercise build`."""

from course.grading import check, not_yet, once, seen
from course.grading.mending import cured, deployment
from course.grading.shop import Street

TITLE = 'One shop too many'
ANSWERS = ('cure',)
KIND = 'fix'

FOUR = 4
DOOR = {"ports": [{"containerPort": 8080, "hostPort": 8080}]}


def scenario(seed):
    """Three shops that work, and a fourth that was asked for."""
    street = Street(seed)
    street.cluster.apply(deployment(FOUR, container=DOOR))
    street.cluster.run(60)
    return street.cluster


class Day:
    """After the cure: as it is, under a new version, and without the busiest node."""

    def __init__(self, cure, seed):
        street = cured(scenario, cure, seed)
        self.first = street.verdict(FOUR, "A minute after the cure", exactly=True)
        self.refused = street.update("sarahs-shop:1.1")
        self.visits = street.visit(180, every=0.5)
        self.old = sum("(1.1)" not in page for page in street.visit(40).pages)
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
        "kubectl('describe pod NAME') of the one that waits: what did the scheduler say about each node?",
        "Room for cpu and memory is not all that a node has to give. What else does the container ask the node for?",
    ),
)
def open_again(cure, seed):
    return day_of(cure, seed).first


@check(
    points=2,
    title="A new version turns nobody away",
    hints=(
        "While versions change there is one shop more than you asked for.",
        "Whatever you removed: was something among it that tells whether a door is open?",
    ),
)
def next_version(cure, seed):
    day = day_of(cure, seed)
    if not day.first.held:
        return day.first
    if day.refused or day.old:
        return not_yet(day.refused or f"90 s after 1.1 was asked for, {day.old} of 40 customers were not served by it.")
    if day.visits.lost:
        return not_yet(f"While 1.1 replaced 1.0, {day.visits.lost} of 180 customers {day.visits.trouble}.")
    return seen("1.1 replaced 1.0, and 180 customers were served meanwhile.")


@check(
    points=2,
    title="Four shops on two nodes",
    hints=("Four shops on two nodes: then one node has two of them.", "May every shop run on every node?"),
)
def node_lost(cure, seed):
    day = day_of(cure, seed)
    if day.first.held and not day.later.held:
        return not_yet(day.later.sentence, misconception="A shop is thought to belong to one machine.")
    return day.later
