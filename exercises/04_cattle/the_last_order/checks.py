"""Checks of the exercise 04_cattle/the_last_order: built from source.py by `kubelite exercise build`."""

from course.grading import check, not_yet, seen
from course.grading.calling import AnswerError
from course.grading.exercise import once
from course.grading.operating import Customers
from course.grading.writing import hand_in
from kubelite import Cluster
from kubelite.api.conditions import pod_ready
from kubelite.kubelet.cri import Reply
from kubelite.kubelet.images import register
from kubelite.kubelet.images.program import Program
from kubelite.sim.clock import SECOND

TITLE = 'The last order of a pod that leaves'
ANSWERS = ('manifest',)
KIND = 'write'

SHORTEST, LONGEST = 15, 40


class Till(Program):
    """Locks its door at SIGTERM, finishes what has begun, and leaves; its orders are in a ledger."""

    ledger = None

    def start(self):
        self.opens, self.leaving, self.busy_until = self.machine.now + SECOND, False, 0

    def listens(self, port):
        return port == 8080 and self.machine.now >= self.opens and not self.leaving

    def handle(self, request):
        if request.path == "/order":
            takes = int(self.machine.random.uniform(SHORTEST, LONGEST) * SECOND)
            self.busy_until = max(self.busy_until, self.machine.now + takes)
            order = {"done": False}
            self.ledger.append(order)
            self.after(takes, order.update, {"done": True})
        return Reply(body="What would you like?\n")

    def stop(self):
        self.leaving = True
        self.after(max(self.busy_until - self.machine.now, 0) + SECOND // 10, self.exit, 0)


SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "till"},
    "spec": {"selector": {"app": "till"}, "ports": [{"port": 80, "targetPort": 8080}]},
}


class Friday:
    """The new version comes while customers look around and orders are under way."""

    def __init__(self, manifest, seed):
        self.orders = []
        register("till", type("Till", (Till,), {"ledger": self.orders}))
        self.cluster = cluster = Cluster(2, seed)
        cluster.apply(SERVICE)
        hand_in(cluster, manifest, ("Deployment",))
        cluster.run(20)
        self.before = self.open()
        if not self.before:
            raise AnswerError("Before noon not one of Sarah's tills was open.")
        customers = Customers(cluster, "till", every=0.2)
        for second in range(45):
            if second == 10:
                cluster.kubectl("set image deployment/till *=till:1.1")
            for _ in range(3):
                cluster.send_request("till", "/order")
            cluster.run(1)
        customers.stop()
        self.customers = customers
        cluster.run(560)
        self.came = len(self.orders)
        self.cut = sum(not order["done"] for order in self.orders)

    def open(self, image="till:"):
        pods = self.cluster.get("pods", selector="app=till")
        return sum(pod_ready(p) and p.metadata.deletion_timestamp is None and p.spec.containers[0].image.startswith(image) for p in pods)

    def not_yet(self, sentence, misconception=""):
        return not_yet(sentence, misconception, run=self.cluster)


friday = once(Friday)


def ready(day):
    return "" if day.before == 4 else f"Before noon {day.before} of 4 tills were open."


@check(points=2, title="No locked door", hints=("lifecycle.preStop runs before the program is told to stop.", "preStop: sleep: seconds: a few; until the news has reached every node."))
def no_locked_door(manifest, seed):
    day = friday(manifest, seed)
    if found := ready(day):
        return day.not_yet(found)
    if day.open("till:1.1") < 4:
        return day.not_yet(f"The new version did not come: {day.open('till:1.1')} of 4 were new.")
    if day.customers.lost:
        return day.not_yet(
            f"While 1.1 replaced 1.0, {day.customers.lost} of {day.customers.came} customers {day.customers.trouble}.",
            "A pod that is told to stop is thought to get no customers from that moment.",
        )
    return seen(f"{day.customers.came} customers came while 1.1 replaced 1.0, and none stood before a locked door.", run=day.cluster)


@check(
    points=3,
    title="No order is cut off",
    hints=("terminationGracePeriodSeconds: after so long the program is killed, whatever it does.", "The preStop hook and the longest order have to fit into it, one after the other."),
)
def no_order_cut(manifest, seed):
    day = friday(manifest, seed)
    if found := ready(day):
        return day.not_yet(found)
    if day.open("till:1.1") < 4:
        return day.not_yet(f"The new version did not come: {day.open('till:1.1')} of 4 were new.")
    if day.cut:
        return day.not_yet(f"While 1.1 replaced 1.0, {day.cut} of {day.came} orders were cut off.", "Whoever is asked to stop is thought to be given all the time that it needs.")
    return seen(f"{day.came} orders were begun while 1.1 replaced 1.0, and none was cut off.", run=day.cluster)


@check(points=1, title="The old ones do go", hints=("A hook that sleeps for an hour keeps its pod for an hour.",))
def old_ones_go(manifest, seed):
    day = friday(manifest, seed)
    left = len(day.cluster.get("pods", selector="app=till")) - day.open("till:1.1")
    if day.before != 4 or day.open("till:1.1") != 4 or left:
        return day.not_yet(f"Ten minutes after version 1.1 was asked for, {day.open('till:1.1')} new tills were open, and {left} others were still there.")
    if day.cut > day.came / 4:
        return day.not_yet("The old ones went, and most of their orders with them.")
    return seen("Ten minutes later all four were new, and none of the old was left.", run=day.cluster)


@check(points=1, title="No longer than it takes", hints=("The time is a limit, not a wait. Who waits, and for what, when there are no orders?",))
def idle_goes(manifest, seed):
    register("till", type("Till", (Till,), {"ledger": []}))
    cluster = Cluster(2, seed)
    cluster.apply(SERVICE)
    hand_in(cluster, manifest, ("Deployment",))
    cluster.run(20)
    names = cluster.get("pods", selector="app=till").names
    if len(names) != 4:
        return not_yet(f"There were {len(names)} tills.", run=cluster)
    cluster.delete(f"pod/{names[0]}")
    cluster.run(30)
    day = friday(manifest, seed)
    if names[0] in cluster.get("pods").names:
        return not_yet("A till that nobody talked to was still there half a minute after it had been deleted.", "Waiting longer is thought to cost nothing.", run=cluster)
    if day.cut > day.came / 8 or day.customers.lost > 20:
        return not_yet("An idle till went at once; but busy ones went as quickly.", run=cluster)
    return seen("A till that nobody talked to had gone within half a minute.", run=cluster)
