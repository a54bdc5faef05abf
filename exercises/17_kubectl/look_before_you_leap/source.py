# %% [markdown] kind="operate"
# # Look before you leap
#
# Sarah's programmer has sent version 1.1 of the shop. It may be good; it may be bad: it starts, says that it is ready,
# and then loses the orders of its customers, one by one. You will see it in its log only, where each lost order leaves
# a line with the word `ERROR`. Two customers come each second; version 1.0 runs in four shops and is well.
#
# **Your task.** Bring out `sarahs-shop-orders:1.1`, and do not believe in it before you have looked, so that
#
# | what happens | what is to be true | points |
# |---|---|---|
# | 1.1 is good | in the end it runs in all four shops, and nobody has been turned away | 2 |
# | 1.1 is bad | in the end all customers are served by 1.0 | 2 |
# | 1.1 is bad | it has cost at most 20 orders | 3 |
#
# Your answer is a function `operate(kubectl)`: `kubectl("get pods")` gives what is printed (`"ERROR" in` it is True or
# False, `.ok` says whether it was done), and `kubectl.wait(5)` lets 5 seconds pass. It is run twice, on a day with a good 1.1
# and on one with a bad one, and has ten minutes each time. Then another minute passes, and one looks.

# %%
from course.grading import practise

street = practise("17_kubectl/look_before_you_leap")
check, hint = street
kubectl = street.kubectl
kubectl("get deployments,pods")

# %% [markdown]
# In this cluster here 1.1 is bad: bring it out and look at `kubectl("logs -l app=shop --prefix")`. `street.again()` gives
# you the cluster back as it was. **Before you begin:** how many shops have to run 1.1 for you to see whether it is good?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "operate", "locked": false, "schema_version": 3, "solution": true, "task": false}
def operate(kubectl):
    kubectl("get deployments")
### BEGIN SOLUTION
def operate(kubectl):
    kubectl("set image deployment/shop shop=sarahs-shop-orders:1.1")
    kubectl.wait(1)
    kubectl("rollout pause deployment/shop")  # one new pod has been made by now
    kubectl.wait(24)
    bad = "ERROR" in kubectl("logs -l app=shop --tail=50")
    kubectl("rollout resume deployment/shop")
    if bad:
        kubectl("rollout undo deployment/shop")
    kubectl("rollout status deployment/shop --timeout=180s")
### END SOLUTION

# %%
check(operate)

# %%
hint()

# %% tags=["checks"]
from course.grading import check, not_yet, once, seen
from course.grading.mending import deployment
from course.grading.operating import Customers, Operator
from course.grading.shop import SarahsShop, Street
from kubelite.kubelet.cri import Reply
from kubelite.kubelet.images import register

# %% tags=["checks"]
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


# %% tags=["hidden"]
SEEDS = (283,)

# %% tags=["wrong"] wrong="it is looked at when it is over" points=4 because="watched when it is over"
def operate(kubectl):
    kubectl("set image deployment/shop shop=sarahs-shop-orders:1.1")
    kubectl("rollout status deployment/shop --timeout=180s")
    if "ERROR" in kubectl("logs -l app=shop --tail=50"):
        kubectl("rollout undo deployment/shop")
        kubectl("rollout status deployment/shop --timeout=180s")

# %% tags=["wrong"] wrong="READY is good enough" points=2 because="thought to do its work"
def operate(kubectl):
    kubectl("set image deployment/shop shop=sarahs-shop-orders:1.1")
    if not kubectl("rollout status deployment/shop --timeout=180s").ok:
        kubectl("rollout undo deployment/shop")

# %% tags=["wrong"] wrong="back in any case" points=5 because="thought to be bad"
def operate(kubectl):
    kubectl("set image deployment/shop shop=sarahs-shop-orders:1.1")
    kubectl.wait(20)
    kubectl("rollout undo deployment/shop")
    kubectl("rollout status deployment/shop --timeout=180s")

# %% tags=["wrong"] wrong="it is looked at before anybody comes" points=2 because="were not served by 1.0"
def operate(kubectl):
    kubectl("set image deployment/shop shop=sarahs-shop-orders:1.1")
    kubectl.wait(5)
    if "ERROR" in kubectl("logs -l app=shop --tail=50"):
        kubectl("rollout undo deployment/shop")
    kubectl("rollout status deployment/shop --timeout=180s")

# %% tags=["wrong"] wrong="a rollout that is paused is taken back" points=2 because="were not served by 1.0"
def operate(kubectl):
    kubectl("set image deployment/shop shop=sarahs-shop-orders:1.1")
    kubectl.wait(1)
    kubectl("rollout pause deployment/shop")
    kubectl.wait(24)
    if "ERROR" in kubectl("logs -l app=shop --tail=50"):
        kubectl("rollout undo deployment/shop")
    kubectl("rollout resume deployment/shop")
    kubectl("rollout status deployment/shop --timeout=180s")
