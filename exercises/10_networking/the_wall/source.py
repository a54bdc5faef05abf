# %% [markdown] kind="fix"
# # The wall
#
# Sarah's accounts must not be read by anybody but her shops. Last night an adviser "made the network safe":
#
# > The accounts are safe now, I have tried. But since then two customers of three wait and wait, until they give up. The
# > third is served at once, as ever. Four shops run, all READY, none has restarted, and the Service knows all four.
#
# **Your task.** Find out what keeps the customers away, and put it right, so that
#
# | what happens | what is to be true | points |
# |---|---|---|
# | your commands are run on a cluster as broken as this one | a minute later customers are served by four shops | 2 |
# | a pod of somebody else asks for the accounts | it gets no answer, while each shop does | 2 |
# | a pod is there that nobody has thought of, `archive` | it stays closed to all others, as the adviser wanted | 1 |
#
# Customers come from outside the cluster. Accounts answer at the Service `accounts`. Your answer is a manifest, or
# commands of `kubectl`, one a line. It is run on a fresh cluster with the same trouble.

# %%
from course.grading import practise

shop = practise("10_networking/the_wall")
check, hint = shop
kubectl = shop.kubectl
kubectl("get pods,endpointslices --show-labels")

# %% [markdown]
# **Before you change anything:** the kubelet asks each shop whether it is ready, and gets an answer; most customers get
# none. What lies on the one way and not on the other?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "cure", "locked": false, "schema_version": 3, "solution": true, "task": false}
cure = """
kubectl get networkpolicies
"""
### BEGIN SOLUTION
cure = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: customers
spec:
  podSelector:
    matchLabels:
      app: shop
  policyTypes: [Ingress]
  ingress:
    - ports:
        - port: 8080
"""
### END SOLUTION

# %%
check(cure)

# %%
hint()

# %% tags=["checks"]
from course.grading import check, not_yet, once, seen
from course.grading.mending import cured, deployment
from course.grading.shop import Street

# %% tags=["checks"]
FOUR = 4


def policy(name, pods, ingress):
    """Who may come to these pods; the same pods may be named by several policies."""
    spec = {"podSelector": pods, "policyTypes": ["Ingress"], "ingress": ingress}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}


def labelled(name):
    """{"matchLabels": ...} for one program."""
    return {"matchLabels": {"app": name}}


def lonely(name, image):
    """One pod of a program."""
    spec = {"containers": [{"name": name, "image": image}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": {"app": name}}, "spec": spec}


def scenario(seed):
    """The street after the adviser's visit."""
    street = Street(seed)
    ports = [{"port": 80, "targetPort": 8080}]
    service = {"selector": {"app": "accounts"}, "ports": ports}
    street.cluster.apply(
        [
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "accounts"}, "spec": service},
            deployment(FOUR),
            lonely("accounts", "shop:2.0"),
            lonely("archive", "shop:2.0"),
            lonely("visitor", "pause"),
            policy("closed", {}, []),
            policy("accounts", labelled("accounts"), [{"from": [{"podSelector": labelled("shop")}]}]),
        ]
    )
    street.cluster.run(40)
    return street.cluster


class Day:
    """The street after the cure, and who reaches what."""

    def __init__(self, cure, seed):
        street = cured(scenario, cure, seed)
        cluster = street.cluster
        self.first = street.verdict(FOUR, "A minute after the cure")
        self.strangers = cluster.request("accounts", from_pod="visitor").ok
        shops = [pod.metadata.name for pod in street.pods()][:FOUR]
        self.shops = sum(cluster.request("accounts", from_pod=name).ok for name in shops)
        archive = cluster.get("pod/archive").status.pod_ip
        self.archive = cluster.request(f"{archive}:8080", from_pod="visitor").ok


day_of = once(Day)


@check(
    points=2,
    title="Customers are served",
    hints=(
        "kubectl('describe networkpolicies') lists who may come to which pods.",
        "A pod that no policy names is open to all; a pod that one names is closed but for what some policy allows.",
        "A node always reaches its own pods, so a customer who happens to arrive at the right node is served.",
        "Policies add up: a new one can allow more, and none has to be changed. Where do customers come from, and to which port of the pod?",
    ),
)
def served(cure, seed):
    return day_of(cure, seed).first


@check(
    points=2,
    title="The accounts are for the shops",
    hints=("The policy of the accounts does what it should. Is it still there, and does no other one allow more?",),
)
def kept(cure, seed):
    day = day_of(cure, seed)
    if not day.first.held:
        return not_yet("The way to the shops was not free yet, so nothing had been opened.")
    if day.strangers:
        return not_yet("A pod of somebody else read the accounts.", misconception="What is opened for one is opened for all.")
    if day.shops < FOUR:
        return not_yet(f"{day.shops} of {FOUR} shops reached the accounts.")
    return seen("Four shops reached the accounts, and a stranger did not.")


@check(
    points=1,
    title="Nobody's pod stays closed",
    hints=("What was the adviser's first policy for, the one that names all pods?",),
)
def closed(cure, seed):
    day = day_of(cure, seed)
    if not day.first.held:
        return not_yet("The way to the shops was not free yet, so nothing had been opened.")
    if day.archive:
        return not_yet(
            "A pod of somebody else read the archive, which nobody had opened.",
            misconception="The rule that closes everything is taken for the mistake.",
        )
    return seen("The archive was closed to others.")


# %% tags=["hidden"]
SEEDS = (251,)

# %% tags=["wrong"] wrong="the rule that closes everything is deleted" points=4 because="taken for the mistake"
cure = "kubectl delete networkpolicy closed"

# %% tags=["wrong"] wrong="no rules, no trouble" points=2 because="read the accounts"
cure = "kubectl delete networkpolicies --all"

# %% tags=["wrong"] wrong="open for all" points=2 because="opened for all"
cure = cure.replace("    matchLabels:\n      app: shop\n", "").replace("podSelector:", "podSelector: {}")

# %% tags=["wrong"] wrong="open for all pods, and customers are none" points=0 because="waited in vain"
cure = cure.replace("    - ports:\n        - port: 8080", "    - from:\n        - namespaceSelector: {}")

# %% tags=["wrong"] wrong="the port of the Service is opened, not that of the pod" points=0 because="waited in vain"
cure = cure.replace("port: 8080", "port: 80")
