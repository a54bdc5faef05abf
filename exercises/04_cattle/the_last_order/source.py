# %% [markdown] kind="write"
# # The last order of a pod that leaves
#
# A pod of Sarah's shop is cattle: it may be replaced at any time. But a customer who has begun to pay is no cattle. The
# image `till:1.0` has two habits:
#
# - When it is told to stop (SIGTERM), it locks its door at once, finishes the orders that have begun, and leaves. An order
#   takes **15 to 40 seconds**.
# - It does not know that for a second or two customers are still sent to it, for the news travels from node to node.
#
# Four of them run behind the Service `till`, and are ready a second after they start. This is Sarah's Deployment. She
# replaces the version every Friday at noon.
#
# **Your task.** Change the Deployment, so that
#
# | what happens | what is to be true | points |
# |---|---|---|
# | version 1.1 replaces 1.0 while customers come | nobody stands before a locked door | 2 |
# | the same, while orders are under way | no order is cut off | 3 |
# | the same | ten minutes later all four are new, and none of the old is left | 1 |
# | a pod that nobody talks to is deleted | it has gone within half a minute | 1 |

# %%
from course.grading import practise

check, hint = practise("04_cattle/the_last_order")

# %% [markdown]
# **Before you write it:** a pod is deleted. Two things begin at the same moment: somebody tells the program to stop, and
# somebody tells all nodes that the pod takes no more customers. Which of the two should be first?

# %% nbgrader={"cell_type": "code", "grade": false, "grade_id": "manifest", "locked": false, "schema_version": 3, "solution": true, "task": false}
manifest = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: till
spec:
  replicas: 4
  selector:
    matchLabels: {app: till}
  template:
    metadata:
      labels: {app: till}
    spec:
      terminationGracePeriodSeconds: 5
      containers:
        - name: till
          image: till:1.0
          readinessProbe:
            tcpSocket: {port: 8080}
            periodSeconds: 1
"""
### BEGIN SOLUTION
manifest = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: till
spec:
  replicas: 4
  selector:
    matchLabels: {app: till}
  template:
    metadata:
      labels: {app: till}
    spec:
      terminationGracePeriodSeconds: 60
      containers:
        - name: till
          image: till:1.0
          lifecycle:
            preStop:
              sleep: {seconds: 5}
          readinessProbe:
            tcpSocket: {port: 8080}
            periodSeconds: 1
"""
### END SOLUTION

# %%
check(manifest)

# %%
hint()

# %% tags=["checks"]
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

# %% tags=["checks"]
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


# %% tags=["hidden"]
SEEDS = (1301,)

# %% tags=["wrong"] wrong="time, but no patience with the news" points=5 because="from that moment"
manifest = manifest.replace("          lifecycle:\n            preStop:\n              sleep: {seconds: 5}\n", "")

# %% tags=["wrong"] wrong="patience, but the usual time" points=4 because="were cut off"
manifest = manifest.replace("      terminationGracePeriodSeconds: 60\n", "")

# %% tags=["wrong"] wrong="the hook waits for the longest order" points=6 because="cost nothing"
manifest = manifest.replace("seconds: 5}", "seconds: 45}").replace("Seconds: 60", "Seconds: 120")

# %% tags=["wrong"] wrong="the hook uses up the time" points=4 because="were cut off"
manifest = manifest.replace("seconds: 5}", "seconds: 25}").replace("Seconds: 60", "Seconds: 30")

# %% tags=["wrong"] wrong="all at once" points=4 because="customers"
manifest = manifest.replace("  replicas: 4\n", "  replicas: 4\n  strategy: {type: Recreate}\n")

# %% tags=["wrong"] wrong="a program without orders" points=0 because="Before noon not one"
manifest = manifest.replace("till:1.0", "shop:1.0")
