# %% [markdown] kind="fix"
# # A shop that cannot pay
#
# Sarah's shop pays through a bank, which wants a password. The bank's people keep it in a Secret called `bank` and
# write a new one into it now and then. They have "tidied up" the Secret this morning, and since the last restart
#
# > no shop comes up. Four pods, none READY; STATUS is `CreateContainerConfigError`. The image is on every node, there is
# > room enough, and the password itself has not changed.
#
# **Your task.** Find out what the shops wait for, and put it right, so that
#
# | what happens | what is to be true | points |
# |---|---|---|
# | your commands are run on a cluster as broken as this one | a minute later four shops are open, and the bank takes their payments | 2 |
# | the bank's people write a new password where they wrote the old one, and the shops are restarted | the bank takes their payments again | 2 |
# | somebody reads Deployments and ConfigMaps, but may not read Secrets | the password is not in there | 1 |
#
# Your answer is a manifest, or commands of `kubectl`, one a line. It is run on a fresh cluster with the same trouble.

# %%
from course.grading import practise

shop = practise("13_configuration/the_bank_says_no")
check, hint = shop
kubectl = shop.kubectl
kubectl("get pods,secrets")

# %% [markdown]
# **Before you change anything:** a container's environment is put together before its process starts. From what, and
# who notices when a piece is missing?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "cure", "locked": false, "schema_version": 3, "solution": true, "task": false}
cure = """
kubectl describe secret bank
"""
### BEGIN SOLUTION
cure = """
kubectl patch deployment shop -p '{"spec": {"template": {"spec": {"containers": [{"name": "shop", "env": [{"name": "BANK_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "bank", "key": "passwd"}}}]}]}}}}'
"""
### END SOLUTION

# %%
check(cure)

# %%
hint()

# %% tags=["checks"]
from base64 import b64encode

from course.grading import check, not_yet, once, seen
from course.grading.mending import cured, deployment
from course.grading.shop import SarahsShop, Street
from kubelite.kubelet.cri import Reply
from kubelite.kubelet.images import register

# %% tags=["checks"]
FOUR = 4
OLD, NEW = "tea-and-biscuits", "scones-with-jam"
ASKED = {"name": "BANK_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "bank", "key": "password"}}}


class PayingShop(SarahsShop):
    """Sarah's shop, and what it sends to the bank."""

    def start(self):
        self.password = self.env.get("BANK_PASSWORD", "")
        super().start()

    def handle(self, request):
        if request.path == "/pay":
            return Reply(200, self.password)
        return super().handle(request) if self.password in (OLD, NEW) else Reply(500, "the bank says no\n")


register("sarahs-shop-paying", PayingShop)


def scenario(seed):
    """The street after the last restart."""
    street = Street(seed)
    cluster = street.cluster
    cluster.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "bank"}, "stringData": {"passwd": OLD}})
    cluster.apply(deployment(FOUR, image="sarahs-shop-paying:1.0", container={"env": [ASKED]}))
    cluster.run(60)
    return cluster


def refused(cluster, password):
    """How many of 20 payments the bank refuses."""
    return sum(cluster.request("shop", "/pay").body != password for _ in range(20))


class Day:
    """After the cure: as it is, and with a new password."""

    def __init__(self, cure, seed):
        street = cured(scenario, cure, seed)
        cluster = street.cluster
        self.first = street.verdict(FOUR, "A minute after the cure")
        self.refused = refused(cluster, OLD)
        open_to_all = cluster.yaml("deployments") + cluster.yaml("configmaps")
        self.told = any(text in open_to_all for text in (OLD, b64encode(OLD.encode()).decode()))
        if any(secret.metadata.name == "bank" for secret in cluster.get("secrets")):
            cluster.patch("secret/bank", {"stringData": {"passwd": NEW}})
        cluster.kubectl("rollout restart deployment shop")
        cluster.run(90)
        self.later = street.verdict(FOUR, "90 s after the password had changed")
        self.refused_later = refused(cluster, NEW)


day_of = once(Day)


@check(
    points=2,
    title="The shops pay",
    hints=(
        "kubectl('get events'): what could not be found, and where was it looked for?",
        "kubectl('describe secret bank') shows which keys there are, and not what they hold.",
    ),
)
def pays(cure, seed):
    day = day_of(cure, seed)
    if day.first.held and day.refused:
        return not_yet(f"Four shops were open, but the bank refused {day.refused} of 20 payments.")
    return day.first


@check(
    points=2,
    title="A new password is taken",
    hints=("The bank's people will write the next password where this one stands. Who reads it there?",),
)
def pays_later(cure, seed):
    day = day_of(cure, seed)
    if not day.first.held or not day.later.held:
        return day.first if not day.first.held else day.later
    if day.refused_later:
        return not_yet(
            f"After the password had changed, the bank refused {day.refused_later} of 20 payments.",
            misconception="A copy of a password is taken for the password.",
        )
    return seen("The password had changed, and the bank took 20 of 20 payments.")


@check(
    points=1,
    title="The password is not in the open",
    hints=("A Deployment says where the password is to be found. What it is, it need not say.",),
)
def not_told(cure, seed):
    day = day_of(cure, seed)
    if not day.first.held:
        return not_yet("No shop had a password yet.")
    if day.told:
        return not_yet(
            "Who may read Deployments and ConfigMaps could read the password there.",
            misconception="A Secret is thought to be a formality.",
        )
    return seen("Neither a Deployment nor a ConfigMap held the password.")


# %% tags=["hidden"]
SEEDS = (233,)

# %% tags=["wrong"] wrong="the password is written into the Deployment" points=2 because="could read the password"
cure = """kubectl patch deployment shop -p '{"spec": {"template": {"spec": {"containers": [{"name": "shop", "env": [{"name": "BANK_PASSWORD", "value": "tea-and-biscuits", "valueFrom": null}]}]}}}}'"""

# %% tags=["wrong"] wrong="the password is copied under the other name" points=3 because="copy of a password"
cure = """kubectl patch secret bank -p '{"stringData": {"password": "tea-and-biscuits"}}'"""

# %% tags=["wrong"] wrong="a ConfigMap is good enough" points=2 because="thought to be a formality"
cure = """
kubectl create configmap bank --from-literal=password=tea-and-biscuits
kubectl patch deployment shop -p '{"spec": {"template": {"spec": {"containers": [{"name": "shop", "env": [{"name": "BANK_PASSWORD", "valueFrom": {"secretKeyRef": null, "configMapKeyRef": {"name": "bank", "key": "password"}}}]}]}}}}'
"""

# %% tags=["wrong"] wrong="it may be missing, then" points=0 because="did not take customers"
cure = """kubectl patch deployment shop -p '{"spec": {"template": {"spec": {"containers": [{"name": "shop", "env": [{"name": "BANK_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "bank", "key": "password", "optional": true}}}]}]}}}}'"""

# %% tags=["wrong"] wrong="encoded twice" points=0 because="did not take customers"
cure = """kubectl patch secret bank -p '{"stringData": {"password": "dGVhLWFuZC1iaXNjdWl0cw=="}}'"""
