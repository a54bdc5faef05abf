"""Checks of the exercise 13_configuration/the_bank_says_no: built from source.py by `kubelite exercise build`."""

from base64 import b64encode

from course.grading import check, not_yet, once, seen
from course.grading.mending import cured, deployment
from course.grading.shop import SarahsShop, Street
from kubelite.kubelet.cri import Reply
from kubelite.kubelet.images import register

TITLE = 'A shop that cannot pay'
ANSWERS = ('cure',)
KIND = 'fix'

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
