"""Checks of the exercise 08_services/nobody_comes: built from source.py by `kubelite exercise build`."""

from course.grading import check, not_yet, once, seen
from course.grading.mending import cured, deployment, replace_pods
from course.grading.shop import Street

TITLE = 'Open, and nobody comes'
ANSWERS = ('cure',)
KIND = 'fix'

FOUR = 4
WAREHOUSE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "warehouse"},
    "spec": {"selector": {"app": "warehouse"}, "ports": [{"port": 80, "targetPort": 8080}]},
}


def scenario(seed):
    """The street after the labels were tidied up."""
    street = Street(seed)
    cluster = street.cluster
    cluster.patch("service/shop", {"spec": {"selector": {"app": "shop-front"}}})
    cluster.apply(deployment(FOUR, labels={"app": "shop", "firm": "sarah"}))
    stock = deployment(2, "warehouse", "shop:3.2", labels={"app": "warehouse", "firm": "sarah"})
    cluster.apply(stock)
    cluster.apply(WAREHOUSE)
    cluster.run(40)
    return cluster


class Day:
    """One street after the cure: as it is, and when every pod is new."""

    def __init__(self, cure, seed):
        street = cured(scenario, cure, seed)
        self.first = street.verdict(FOUR, "A minute after the cure")
        answers = [street.cluster.request("warehouse") for _ in range(6)]
        self.stock = sum(a.status == 200 and a.pod.startswith("warehouse") for a in answers)
        self.some = self.first.held or any(street.visit(12).pages)
        replace_pods(street)
        self.later = street.verdict(FOUR, "Forty seconds after every pod was replaced")


day_of = once(Day)


@check(
    points=2,
    title="Customers are served",
    hints=(
        "kubectl('get endpointslices') lists whom each Service knows.",
        "A Service knows pods by their labels. kubectl('get pods --show-labels') shows what they carry.",
        "kubectl('describe service shop') says which labels it looks for. Who else carries those you want to write there?",
    ),
)
def served(cure, seed):
    return day_of(cure, seed).first


@check(
    points=2,
    title="New pods are found, too",
    hints=("A new pod gets its labels from the template of its Deployment. What you write on a pod goes with the pod.",),
)
def found_again(cure, seed):
    day = day_of(cure, seed)
    if day.first.held and not day.later.held:
        return not_yet(day.later.sentence, misconception="What is written on a pod is thought to stay in its Deployment.")
    return day.later


@check(
    points=1,
    title="The warehouse is as before",
    hints=("The warehouse has nothing to do with the trouble. Leave it as it was.",),
)
def warehouse(cure, seed):
    day = day_of(cure, seed)
    if not day.some:
        return not_yet("Nobody reached the shop, so there was nothing yet to keep the warehouse from.")
    if day.stock < 6:
        return not_yet(f"Of 6 requests for the warehouse {day.stock} were answered by it.")
    return seen("The warehouse answered under its own name.")
