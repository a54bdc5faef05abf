"""Checks of the exercise 06_how_it_works/nobody_decides: built from source.py by `kubelite exercise build`."""

from course.grading import check, not_yet, once, seen
from course.grading.mending import cured, deployment
from course.grading.shop import Street

TITLE = 'Nobody decides'
ANSWERS = ('cure',)
KIND = 'fix'

FOUR = 4


def scenario(seed):
    """The street in the morning."""
    street = Street(seed)
    street.cluster.apply(deployment(FOUR, pod={"schedulerName": "thrifty-scheduler"}))
    street.cluster.run(60)
    return street.cluster


class Day:
    """After the cure: as it is, under a new version, and without the busiest node."""

    def __init__(self, cure, seed):
        street = cured(scenario, cure, seed)
        self.first = street.verdict(FOUR, "A minute after the cure", exactly=True)
        self.refused = street.update("sarahs-shop:1.1")
        street.cluster.run(120)
        pages = street.visit(40).pages
        self.old = sum("(1.1)" not in page for page in pages)
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
        "kubectl('get pods -o wide'): have these pods a node? Who writes that into a pod?",
        "kubectl('get pod NAME -o yaml') shows for whom a pod waits. A pod without an event is a pod that nobody looks at.",
        "Several schedulers may work in one cluster; spec.schedulerName says which one is asked.",
    ),
)
def open_again(cure, seed):
    return day_of(cure, seed).first


@check(
    points=2,
    title="A lost node is survived",
    hints=("Who decides about the next pod, and the one after it? May it go to any node?",),
)
def node_lost(cure, seed):
    day = day_of(cure, seed)
    if day.first.held and not day.later.held:
        return not_yet(day.later.sentence, misconception="A node chosen once by hand is thought to be as good as a scheduler.")
    return day.later


@check(
    points=1,
    title="The next version comes, too",
    hints=("What is mended: these four pods, or the template that the next four are made from?",),
)
def next_version(cure, seed):
    day = day_of(cure, seed)
    if day.refused or day.old:
        return not_yet(day.refused or f"Two minutes after 1.1 was asked for, {day.old} of 40 customers were not served by it.")
    return seen("Two minutes after 1.1 was asked for, 40 customers were served by it.")
