# %% [markdown]
# Three probes ask the same container in the same ways, and what follows from a "no" is different each time. Most trouble with
# probes comes from asking the right question for the wrong purpose. This chapter does each of them wrong first.

# %%
from typing import Any

import yaml

from course.lesson import Cluster, predict, quiz, show, timeline
from kubelite.kubelet.images import Program, register
from kubelite.sim.clock import SECOND

# %% [markdown]
# The shop again, with any of the three probes, and customers who come once a second.

# %%
SHOP = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      terminationGracePeriodSeconds: 5
      containers:
        - name: shop
          image: shop:1.0
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 8080
"""

HEALTHZ = {"httpGet": {"path": "/healthz", "port": 8080}}
READY = {"httpGet": {"path": "/ready", "port": 8080}}


def shop(image: str = "shop:1.0", probes: Any = None, **env: Any) -> list[Any]:
    """The manifests of the shop; ``probes`` by field, such as {"livenessProbe": HEALTHZ}."""
    deployment, service = yaml.safe_load_all(SHOP)
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    container["image"] = image
    container["env"] = [{"name": name, "value": str(value)} for name, value in env.items()]
    container.update(probes or {})
    return [deployment, service]


def customers(cluster: Cluster, seconds: int) -> list[Any]:
    """One customer a second; what each of them got."""
    answers: list[Any] = []
    for _ in range(seconds):
        cluster.send_request("web", "/checkout", answers.append)
        cluster.run(1)
    cluster.run(5)
    return answers


def lost(answers: list[Any]) -> int:
    """How many customers did not get what they came for."""
    return sum(not answer.ok for answer in answers)


def restarts(cluster: Cluster) -> int:
    """How often containers were started again, over all pods."""
    return sum(pod.status.container_statuses[0].restart_count for pod in cluster.get("pods"))


def in_service(cluster: Cluster) -> int:
    """How many pods the Service sends customers to."""
    return sum(
        bool(endpoint.conditions.ready)
        for piece in cluster.get("endpointslices", selector="kubernetes.io/service-name=web")
        for endpoint in piece.endpoints
    )


# %% [markdown]
# ## Startup: leave me alone until I am up
#
# An old shop needs 90 seconds before it accepts a connection. Somebody gives it a liveness probe with the usual settings.

# %% jupyter={"source_hidden": true}
predict(
    "It would be up after 90 seconds. What happens?",
    [
        "It comes up after 90 seconds, later than usual",
        "It is killed before it is up, again and again",
        "The liveness probe waits until the shop is ready",
    ],
    answer="It is killed before it is up, again and again",
    why="Three failures, ten seconds apart: after 20 to 30 seconds it is given up. The next start is as slow as the first. "
    "And no probe waits for another one, with one exception that comes next.",
)

# %% tags=["claim:liveness-restarts"]
cluster = Cluster()
cluster.apply(shop(probes={"livenessProbe": HEALTHZ}, START_SECONDS=90))
cluster.run(600)
print(cluster.get("pods"))
assert restarts(cluster) >= 9
assert all(answer.status == 0 for answer in customers(cluster, 5))

# %%
timeline(
    cluster, "deployment/web", title="Killed before it was up: liveness alone, a start of 90 s"
)

# %% [markdown]
# Green is only a claim here: without a readiness probe a container counts as ready as soon as it runs, though no customer has had an
# answer yet. More of that below.
#
# Two ways out. The first: let the liveness probe begin late, with `initialDelaySeconds`. It has to be longer than the slowest
# start there will ever be; and a shop that hangs in its first minutes is found that much later. The second is a probe of
# its own for the start: until it has succeeded once, the other two are not asked at all. Its patience is
# `failureThreshold x periodSeconds`, and it is used up only by starts that are slow.

# %% tags=["claim:startup-for-slow-ones", "claim:startup-first"]
STARTUP = {**HEALTHZ, "periodSeconds": 5, "failureThreshold": 60}
WITH_STARTUP = {"startupProbe": STARTUP, "livenessProbe": HEALTHZ}

cluster = Cluster()
cluster.apply(shop(probes=WITH_STARTUP, START_SECONDS=90))
took = cluster.run_until("deployment/web ready")
cluster.run(600)
print(f"ready after {took:.0f} s, {restarts(cluster)} restarts")
assert 90 <= took <= 105
assert restarts(cluster) == 0

# %% [markdown]
# Sixty times five seconds would have been allowed; it took what it needed. Where the kubelet holds the others back, in the last line:

# %%
show("probe-worker")

# %% [markdown]
# > **In real life** (November 2026). Startup probes are not only for old programs: anything that loads a model, warms a cache or
# > migrates a table can start slowly on a bad day. If the startup probe runs out of patience, the *container* is killed
# > and restarted as its `restartPolicy` says; the pod stays.
# > *Source: kubernetes.io, Liveness, Readiness, and Startup Probes.*
#
# And if the patience is shorter than the start?

# %% tags=["claim:startup-failed"]
cluster = Cluster()
cluster.apply(shop(probes={"startupProbe": {**STARTUP, "failureThreshold": 6}}, START_SECONDS=90))
cluster.run(120)
(pod, *_) = cluster.get("pods")
assert pod.status.container_statuses[0].restart_count >= 1
assert not pod.status.container_statuses[0].started
reasons = [event.reason for event in cluster.events(f"pod/{pod.metadata.name}")]
print(*dict.fromkeys(reasons), sep=", ")
assert "Unhealthy" in reasons
assert "Killing" in reasons

# %% [markdown]
# ## Readiness: may customers come in?
#
# A container that runs is not yet a shop that is open. Without a readiness probe it counts as ready the moment its process
# exists. The shop below takes 20 seconds to open. It has customers, and a new version is rolled out.

# %% jupyter={"source_hidden": true}
predict(
    "Rolling update, one new pod at a time, no readiness probe. How do the customers fare?",
    [
        "No order is lost: it is a rolling update",
        "A few orders are lost",
        "For a while nearly all orders are lost",
    ],
    answer="For a while nearly all orders are lost",
    why="The rollout waits for each new pod to be ready, and each is ready at once. So the old ones are gone long before the "
    "first new one opens.",
)


# %% tags=["claim:readiness-tells"]
def rollout(probes: Any) -> tuple[Cluster, int]:
    """A new version of a shop that needs 20 s to open, with customers; how many were lost."""
    cluster = Cluster()
    cluster.apply(shop(probes=probes, START_SECONDS=20, DRAIN_SECONDS=2))
    cluster.run(60)
    cluster.apply(shop("shop:1.1", probes=probes, START_SECONDS=20, DRAIN_SECONDS=2))
    return cluster, lost(customers(cluster, 120))


blind, lost_without = rollout(None)
asked, lost_with = rollout({"readinessProbe": {**READY, "periodSeconds": 2}})
print(f"lost without a readiness probe: {lost_without} of 120 orders, with one: {lost_with}")
assert lost_without >= 12
assert lost_with < lost_without / 4

# %%
timeline(
    blind, "deployment/web", since=55, title="Rollout without a readiness probe: green is a claim"
)

# %%
timeline(
    asked, "deployment/web", since=55, title="Rollout with a readiness probe: green is an answer"
)

# %% [markdown]
# The same update took longer, because it waited for a yes before each step. That is what it is for.
#
# ## Readiness goes on for life
#
# The shop is open and loses its database after a minute. `/ready` asks the database; `/healthz`, which liveness uses, does
# not.

# %% jupyter={"source_hidden": true}
predict(
    "/ready says no from now on. What happens to the pods?",
    [
        "They are taken out of the Service, and otherwise left alone",
        "They are taken out of the Service and restarted",
        "Nothing: readiness is asked at the start only",
    ],
    answer="They are taken out of the Service, and otherwise left alone",
    why="Readiness decides about customers, never about the container. It is asked for as long as the container lives.",
)

# %% tags=["claim:not-ready-no-traffic", "claim:readiness-restarts"]
BOTH = {"readinessProbe": {**READY, "periodSeconds": 5}, "livenessProbe": HEALTHZ}

cluster = Cluster()
cluster.apply(shop(probes=BOTH, LOSE_DATABASE_AFTER_SECONDS=60))
cluster.run_until("deployment/web ready")
assert in_service(cluster) == 3
cluster.run(120)
print(cluster.get("pods"))
print(f"{in_service(cluster)} pods in the Service, {restarts(cluster)} restarts")
assert in_service(cluster) == 0
assert restarts(cluster) == 0

# %% [markdown]
# > **In real life** (November 2026). One reads that a pod which is not ready gets restarted, and that readiness is about starting
# > up. Neither is so: a failing readiness probe takes the pod's address out of the Service's EndpointSlices, and it comes
# > back when the answer is yes again. The period is 10 s unless you write something else.
# > *Source: kubernetes.io, Liveness, Readiness, and Startup Probes.*
#
# It comes back by itself. Here a pod says no for a while because somebody asked it to (the file is the switch):

# %% tags=["claim:readiness-for-life"]
SWITCHED = """
apiVersion: v1
kind: Pod
metadata:
  name: web-switched
  labels:
    app: web
spec:
  containers:
    - name: shop
      image: busybox:1.36
      args: [sh, -c, "touch /tmp/open; sleep 100000"]
      readinessProbe:
        exec:
          command: [cat, /tmp/open]
        periodSeconds: 5
"""

cluster = Cluster()
cluster.apply(shop()[1])
cluster.apply(SWITCHED)
cluster.run(20)
seen = [in_service(cluster)]
cluster.exec("web-switched", "rm /tmp/open")
cluster.run(20)
seen.append(in_service(cluster))
cluster.exec("web-switched", "touch /tmp/open")
cluster.run(20)
seen.append(in_service(cluster))
print("pods in the Service:", *seen)
assert seen == [1, 0, 1]
assert restarts(cluster) == 0

# %% [markdown]
# ## Liveness: shall it be put out of its misery?
#
# The famous mistake: a liveness probe that asks for more than the container can answer for. To see it, the database has to
# be a thing of its own. Here it is a small server behind a Service, and a till that looks every second whether it is
# there. `/healthz` of an ordinary till speaks of the till; of a greedy one it speaks of the database, too.


# %%
class Till(Program):
    """Needs 30 s to open. Sells while the database answers."""

    ports = (8080,)

    def start(self) -> None:
        self.opens = self.machine.now + 30 * SECOND
        self.database = False
        self.look()

    def look(self) -> None:
        self.ask("http://database", self.heard)
        self.after(SECOND, self.look)

    def heard(self, reply: Any) -> None:
        self.database = reply.status == 200

    def listens(self, port: int) -> bool:
        return port == 8080 and self.machine.now >= self.opens

    def handle(self, request: Any) -> Any:
        if request.path == "/healthz" and self.env.get("GREEDY") != "yes":
            return 200, "ok"
        return (200, "ok") if self.database else (503, "no database")


register("till", Till)
DATABASE = SHOP.replace("web", "database").replace("replicas: 3", "replicas: 1")
DATABASE = DATABASE.replace("shop:1.0", "agnhost:2.53").replace("8080", "80")
DATABASE = DATABASE.replace("name: shop", "name: shop\n          ports: [{containerPort: 80}]")

# %% jupyter={"source_hidden": true}
predict(
    "The database is away for ten minutes. What do the greedy tills do meanwhile?",
    [
        "The same as the others: they are out of the Service, and otherwise left alone",
        "All of them are restarted, at the same time, again and again",
        "One of them is restarted at a time",
    ],
    answer="All of them are restarted, at the same time, again and again",
    why="Each kubelet sees its own container fail and does what it was told. Nobody counts how many are left.",
)


# %% tags=["claim:readiness-of-dependencies"]
def outage(greedy: bool) -> tuple[Cluster, int, float]:
    """Ten minutes without the database: restarts, and seconds from its return to full service."""
    cluster = Cluster()
    cluster.apply(DATABASE)
    alive = {**HEALTHZ, "initialDelaySeconds": 40}
    probes = {"livenessProbe": alive, "readinessProbe": {**READY, "periodSeconds": 5}}
    cluster.apply(shop("till", probes, GREEDY="yes" if greedy else "no"))
    cluster.run_until(lambda c: in_service(c) == 3)
    cluster.scale("deployment/database", 0)
    cluster.run(600)
    assert in_service(cluster) == 0
    cluster.scale("deployment/database", 1)
    cluster.run_until("deployment/database ready")
    return cluster, restarts_of_tills(cluster), cluster.run_until(lambda c: in_service(c) == 3)


def restarts_of_tills(cluster: Cluster) -> int:
    """Over all pods of the shop."""
    pods = cluster.get("pods", selector="app=web")
    return sum(pod.status.container_statuses[0].restart_count for pod in pods)


_, calm_restarts, calm = outage(greedy=False)
greedy, wild_restarts, wild = outage(greedy=True)
print(
    f"liveness about itself:        {calm_restarts:>2} restarts, full service {calm:>4.0f} s after the database"
)
print(
    f"liveness about the database:  {wild_restarts:>2} restarts, full service {wild:>4.0f} s after the database"
)
assert calm_restarts == 0
assert calm <= 10
assert wild_restarts >= 9
assert wild > 10 * calm

# %%
timeline(
    greedy,
    "deployment/web",
    title="Ten minutes without a database, with greedy liveness probes",
    marks={greedy.elapsed - wild: "it is back"},
)

# %% [markdown]
# When the database comes back, the ordinary tills say yes within seconds. The greedy ones sit in a back-off that has grown
# with each restart, and then open all together before a database that has only just recovered.
#
# %% [markdown]
# ## Which question for which purpose
#
# | | startup | readiness | liveness |
# |---|---|---|---|
# | asks | are you up? | may customers come? | are you beyond help? |
# | from when | from the start | once startup has said yes | once startup has said yes |
# | until when | the first yes | as long as the container lives | as long as the container lives |
# | after enough times no | the container is restarted | out of the Service | the container is restarted |
# | should ask | the program itself | the program and what it cannot work without | the program itself, nothing else |
#
# The API knows these three and no others:

# %% tags=["claim:three-kinds", "claim:subtle-differences"]
from kubelite.api.core_v1 import Container

kinds = [name for name in Container.__struct_fields__ if name.endswith("_probe")]
print(*kinds, sep="\n")
assert sorted(kinds) == ["liveness_probe", "readiness_probe", "startup_probe"]

# %% [markdown]
# One more slip is common: to take it that liveness waits until the pod is ready. It does not; the two do not know of each
# other. The shop below is alive, and never ready.

# %% tags=["claim:liveness-new-pod", "claim:liveness-for-deadlocks", "claim:liveness-for-life", "claim:readiness-every-five", "claim:liveness-every-five"]
cluster = Cluster()
never = {
    "readinessProbe": {"httpGet": {"path": "/no-such-page", "port": 8080}},
    "livenessProbe": HEALTHZ,
}
cluster.apply(shop(probes=never, HANG_AFTER_SECONDS=60))
cluster.run(150)
print(cluster.get("pods"))
(container,) = cluster.get("pods")[0].spec.containers
periods = (container.readiness_probe.period_seconds, container.liveness_probe.period_seconds)
print("asked every", *periods, "s, unless the manifest says something else")
assert periods == (10, 10)
assert in_service(cluster) == 0
assert restarts(cluster) >= 3

# %% [markdown]
# ## What to remember
#
# - Startup holds the others back until its first yes; then it is never asked again. It is how a slow start and a quick
#   liveness probe go together.
# - Readiness decides who gets customers, for life. It restarts nothing.
# - Liveness restarts containers. Let it ask only what a restart could mend.
# - No probe waits for another one, but both wait for startup.

# %% jupyter={"source_hidden": true}
quiz("20")
