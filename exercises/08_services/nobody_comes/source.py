# %% [markdown] kind="fix"
# # Open, and nobody comes
#
# Sarah has tidied up the labels of her cluster. Since then not one order has come in:
#
# > Four shops run, all four are READY, and none of them has restarted. I can even see their pages when I go to one
# > directly. But customers who ask for `shop` meet a closed door, every one of them. The warehouse next door is fine.
#
# The warehouse is a program of its own in the same namespace, with a Service called `warehouse`. Customers of the shop
# have no business in it.
#
# **Your task.** Find out why nobody arrives, and put it right, so that
#
# | what happens | what is to be true | points |
# |---|---|---|
# | your commands are run on a cluster as broken as this one | a minute later customers of `shop` are served by four shops | 2 |
# | every pod is replaced by a new one | forty seconds later they are served again | 2 |
# | all the time | the warehouse is reached under its own name as before | 1 |
#
# Your answer is a manifest, or commands of `kubectl`, one a line. It is run on a fresh cluster with the same trouble.

# %%
from course.grading import practise

shop = practise("08_services/nobody_comes")
check, hint = shop
kubectl = shop.kubectl
kubectl("get pods,services -o wide")

# %% [markdown]
# **Before you change anything:** a Service has a name and an address of its own. How does it know whom to send a
# customer to, and where could you read whom it knows at this moment?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "cure", "locked": false, "schema_version": 3, "solution": true, "task": false}
cure = """
kubectl get endpointslices
"""
### BEGIN SOLUTION
cure = """
kubectl set selector service shop app=shop
"""
### END SOLUTION

# %%
check(cure)

# %%
hint()

# %% tags=["checks"]
from course.grading import check, not_yet, once, seen
from course.grading.mending import cured, deployment, replace_pods
from course.grading.shop import Street

# %% tags=["checks"]
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


# %% tags=["hidden"]
SEEDS = (211,)

# %% tags=["wrong"] wrong="labels are written on the pods" points=3 because="thought to stay in its Deployment"
cure = "kubectl label pods -l app=shop app=shop-front --overwrite"

# %% tags=["wrong"] wrong="a label that the warehouse carries, too" points=1 because="customers"
cure = "kubectl set selector service shop firm=sarah"

# %% tags=["wrong"] wrong="the warehouse is closed for it" points=4 because="requests for the warehouse"
cure = """
kubectl set selector service shop firm=sarah
kubectl scale deployment warehouse --replicas=0
"""

# %% tags=["wrong"] wrong="the Service becomes another name for one pod" points=0 because="customers"
cure = """kubectl patch service shop -p '{"spec": {"type": "ExternalName", "externalName": "shop.example.com"}}'"""

# %% tags=["wrong"] wrong="another port" points=0 because="customers"
cure = """kubectl patch service shop -p '{"spec": {"ports": [{"port": 80, "targetPort": 80}]}}'"""
