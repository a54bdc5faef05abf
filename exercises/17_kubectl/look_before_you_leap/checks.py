"""Checks of the exercise 17_kubectl/look_before_you_leap: built from source.py by `kubelite exercise build`."""

from course.grading import check, not_yet, once, seen
from course.grading.mending import deployment
from course.grading.operating import Customers, Operator
from course.grading.shop import SarahsShop, Street
from kubelite.kubelet.cri import Reply
from kubelite.kubelet.images import register

TITLE = 'Look before you leap'
ANSWERS = ('operate',)
KIND = 'operate'

MOST = 20
ONE_BY_ONE = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


class Orders(SarahsShop):
    """Sarah's shop; each order is a visit."""


class LosesOrders(Orders):
    """... and from version 1.1 on each order is lost."""

    def handle(self, request):
        if request.path == "/" and self.tag != "1.0":
            self.log("ERROR: no price for a tea pot, the order is lost")
            return Reply(500, "Internal Server Error\n")
        return super().handle(request)


def scenario(seed, bad=True):
    """Four shops of version 1.0; 1.1 is there to be fetched."""
    register("sarahs-shop-orders", LosesOrders if bad else Orders)
    street = Street(seed)
    street.cluster.apply(deployment(4, image="sarahs-shop-orders:1.0", strategy=ONE_BY_ONE))
    street.cluster.run(40)
    return street.cluster


class Day:
    """What came of one day."""

    def __init__(self, operate, seed, bad):
        street = Street(seed, scenario(seed, bad))
        customers = Customers(street.cluster, "shop")
        Operator(street.cluster, seconds=600).take(operate)
        street.cluster.run(60)
        customers.stop()
        self.lost, self.trouble = customers.lost, customers.trouble
        self.pages = street.visit(40).pages
        self.shops = street.verdict(4, "In the end")

    def served_by(self, version):
        """How many of the last 40 customers a version has served."""
        return sum(f"({version})" in page for page in self.pages)


@once
def days_of(operate, seed):
    """The good day, and then the bad one."""
    return Day(operate, seed, bad=False), Day(operate, seed, bad=True)


def tried(bad):
    """Whether 1.1 was brought out at all: a bad one that nobody tried has cost nothing."""
    return bad.lost > 0


@check(
    points=2,
    title="A good version arrives",
    hints=(
        "kubectl rollout resume goes on with what rollout pause has stopped.",
        "Whoever goes back without having looked goes back from a good version, too.",
    ),
)
def good(operate, seed):
    day, _ = days_of(operate, seed)
    new = day.served_by("1.1")
    if new < 40:
        idea = "Every new version is thought to be bad." if not new else ""
        return not_yet(f"1.1 was good, and in the end {new} of 40 customers were served by it.", misconception=idea)
    if day.lost:
        return not_yet(f"1.1 was good, and on its way {day.lost} customers {day.trouble}.")
    return day.shops


@check(
    points=2,
    title="A bad version is taken back",
    hints=("kubectl rollout undo. It refuses while a rollout is paused.", "Was the way back finished when your ten minutes were over?"),
)
def back(operate, seed):
    _, day = days_of(operate, seed)
    if not tried(day):
        return not_yet("1.1 was bad, and nobody tried it, so there was nothing to take back.")
    old = day.served_by("1.0")
    if old < 40:
        return not_yet(
            f"1.1 was bad, and in the end {40 - old} of 40 customers were not served by 1.0.",
            misconception="A pod that is READY is thought to do its work.",
        )
    return day.shops


@check(
    points=3,
    title="It has cost at most 20 orders",
    hints=(
        "While a rollout goes on, more and more customers come to 1.1. kubectl rollout pause stops it where it is.",
        "A new pod needs some 12 seconds until customers come to it. One look before that says nothing; one long after it costs orders.",
    ),
)
def few(operate, seed):
    _, day = days_of(operate, seed)
    if not tried(day):
        return not_yet("1.1 was bad, and nobody tried it.")
    if day.lost > MOST:
        return not_yet(f"1.1 was bad, and {day.lost} orders were lost.", misconception="A rollout is watched when it is over.")
    return seen(f"1.1 was bad, and {day.lost} orders were lost.")
