# %% [markdown]
# A shop that answers every customer with HTTP 500 has a process that runs. Nothing has crashed, and nobody in the cluster
# minds, unless somebody asks the shop how it feels. This chapter asks it, counts the answers, and finds out what asking
# can repair and what it cannot.

# %%
from collections import Counter
from typing import Any

import yaml

from course.lesson import Cluster, predict, quiz, show, timeline
from kubelite.kubelet.cri import Reply
from kubelite.kubelet.images import Program, register
from kubelite.sim.clock import MILLISECOND, SECOND

# %% [markdown]
# The shop is an image with troubles that environment variables switch on. `shop` writes its manifest, with or without a
# probe; `customers` sends one customer a second to the checkout and keeps what each of them got.

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
      terminationGracePeriodSeconds: 2
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

ASK = {"httpGet": {"path": "/healthz", "port": 8080}}


def shop(image: str = "shop:1.0", limits: Any = None, probe: Any = None, **env: Any) -> list[Any]:
    """The two manifests of the shop, changed in the container."""
    deployment, service = yaml.safe_load_all(SHOP)
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    container["image"] = image
    container["env"] = [{"name": name, "value": str(value)} for name, value in env.items()]
    container["resources"] = {"limits": limits or {}}
    if probe:
        container["livenessProbe"] = probe
    return [deployment, service]


def customers(cluster: Cluster, seconds: int) -> list[Any]:
    """One customer a second; what each of them got."""
    answers: list[Any] = []
    for _ in range(seconds):
        cluster.send_request("web", "/checkout", answers.append)
        cluster.run(1)
    return answers


def share_served(answers: list[Any]) -> float:
    """The share of customers whose order went through."""
    return sum(answer.ok for answer in answers) / len(answers)


def restarts(cluster: Cluster) -> int:
    """How often containers were started again, over all pods."""
    return sum(pod.status.container_statuses[0].restart_count for pod in cluster.get("pods"))


# %% [markdown]
# ## The shop that lost its database
#
# Three copies run. After a minute they lose their database: every order now ends with HTTP 500.

# %% jupyter={"source_hidden": true}
predict(
    "Every answer is an error, for ten minutes. What does the cluster do about it?",
    ["It restarts the containers", "It takes the pods out of the Service", "Nothing"],
    answer="Nothing",
    why="Nobody has told it what an error is. A container counts as well for as long as its process lives, and these live.",
)

# %%
cluster = Cluster()
cluster.apply(shop(LOSE_DATABASE_AFTER_SECONDS=60))
cluster.run_until("deployment/web ready")
cluster.run(60)
answers = customers(cluster, 600)

print(Counter(f"HTTP {answer.status}" for answer in answers))
print(cluster.get("pods"))
assert share_served(answers) == 0
assert restarts(cluster) == 0
assert cluster.get("deployment/web").status.ready_replicas == 3

# %% [markdown]
# 600 customers, 600 errors, and three pods that are `1/1 Running`. `READY` without a readiness probe means no more than
# "has been started".
#
# ## Asking
#
# A probe is a question with a schedule. The kubelet on the pod's own node asks it, and only that kubelet: no control
# plane takes part. What counts as a good answer to an HTTP question? The program below answers `/healthz` with the status
# it was given. Eight copies, eight statuses, five minutes.


# %%
class Codes(Program):
    """Answers every question with the status in CODE, after DELAY_MS."""

    ports = (8080,)

    def handle(self, request: Any) -> Reply:
        delay = int(self.env.get("DELAY_MS", "0")) * MILLISECOND
        return Reply(int(self.env["CODE"]), "", delay)


register("codes", Codes)


def asked(name: str, probe: dict[str, Any], **env: Any) -> dict[str, Any]:
    """A pod of the program above, with a liveness probe."""
    container = {
        "name": "codes",
        "image": "codes",
        "env": [{"name": key, "value": str(value)} for key, value in env.items()],
        "livenessProbe": {**ASK, **probe},
    }
    spec = {"containers": [container], "terminationGracePeriodSeconds": 1}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


# %% jupyter={"source_hidden": true}
predict(
    "Which of these answers does the kubelet take for healthy?",
    ["200 only", "200 to 299", "200 to 399", "Everything but 500 and above"],
    answer="200 to 399",
    why="A redirect is an answer of a living server, too. 404 is not: whoever asks for a page that is not there has "
    "misconfigured the probe, and finds out by restarts.",
)

# %% tags=["claim:probes-ask-endpoints", "claim:good-answer-lives", "claim:bad-answer-new-pod"]
CODES = (200, 204, 301, 399, 400, 404, 500, 503)

cluster = Cluster(nodes=1)
cluster.apply([asked(f"answers-{code}", {}, CODE=code) for code in CODES])
cluster.run(300)

verdict = {}
for pod in cluster.get("pods"):
    code = int(pod.metadata.name.removeprefix("answers-"))
    verdict[code] = (
        "healthy" if pod.status.container_statuses[0].restart_count == 0 else "restarted"
    )
for code in CODES:
    print(f"{code}  {verdict[code]}")

assert [code for code in CODES if verdict[code] == "healthy"] == [200, 204, 301, 399]

# %% [markdown]
# > **In real life** (November 2026). One often reads that a healthy answer is a 2xx. The kubelet counts 200 up to, but not
# > including, 400 as success. It follows redirects within the same host and takes one to another host as a success with
# > a warning event.
# > *Source: kubernetes.io, Configure Liveness, Readiness and Startup Probes.*
#
# ## No answer is an answer
#
# A server that takes its time is judged, too. How long may it take?

# %% jupyter={"source_hidden": true}
predict(
    "The page is correct but comes after 1.5 seconds. The probe says nothing about time. Healthy?",
    [
        "Yes: a correct answer is a correct answer",
        "No: one second is the limit unless you say otherwise",
    ],
    answer="No: one second is the limit unless you say otherwise",
    why="timeoutSeconds is 1 by default. It is the setting people forget, and it bites when the shop is busiest.",
)

# %%
cluster = Cluster(nodes=1)
cluster.apply(
    [
        asked("hasty", {}, CODE=200, DELAY_MS=1500),
        asked("patient", {"timeoutSeconds": 2}, CODE=200, DELAY_MS=1500),
    ]
)
cluster.run(60)
hasty, patient = cluster.get("pods")
print(cluster.get("pods"))
assert hasty.status.container_statuses[0].restart_count > 0
assert patient.status.container_statuses[0].restart_count == 0
(unhealthy,) = [event for event in cluster.events("pod/hasty") if event.reason == "Unhealthy"]
print(unhealthy.message)
assert "context deadline exceeded" in unhealthy.message

# %% [markdown]
# ## How many times is enough?
#
# Three settings decide how long a hanging shop is tolerated: `periodSeconds` (10 unless you say otherwise), `timeoutSeconds`
# (1) and `failureThreshold` (3). The kubelet counts failures in a row and acts when the count reaches the threshold.
# Here is the counting.

# %%
show("probe-threshold")

# %% jupyter={"source_hidden": true}
predict(
    "A container answers, fails, answers, fails, for an hour. The threshold is 3. How often is it restarted?",
    ["Never", "About every minute", "Once"],
    answer="Never",
    why="Each success sets the count back to zero. A threshold forgives whatever comes and goes.",
)


# %% tags=["claim:three-in-a-row"]
class Moody(Program):
    """Answers every second question with 500, and counts those."""

    ports = (8080,)
    asked = 0
    failures = 0

    def handle(self, request: Any) -> Reply:
        self.asked += 1
        if self.asked % 2:
            return Reply(200, "")
        Moody.failures += 1
        return Reply(500, "")


register("moody", Moody)
cluster = Cluster(nodes=1)
moody = asked("moody", {})
moody["spec"]["containers"][0]["image"] = "moody"
cluster.apply(moody)
cluster.run(3600)
print(f"{Moody.failures} failed probes in an hour, {restarts(cluster)} restarts")
assert Moody.failures == 180
assert restarts(cluster) == 0

# %% [markdown]
# Now a shop that hangs for good, a minute after it was started. How long does it take until the kubelet gives it up, for
# different settings? Expect between `(threshold - 1) x period` and `threshold x period`, plus one timeout: it depends on
# when the hanging begins between two questions.


# %%
def given_up_after(period: int, threshold: int) -> float:
    """Seconds from the moment the shop hangs until its container is told to end."""
    cluster = Cluster(nodes=1)
    probe = {**ASK, "periodSeconds": period, "failureThreshold": threshold}
    cluster.apply(shop(probe=probe, HANG_AFTER_SECONDS=60))
    cluster.scale("deployment/web", 1)
    cluster.run(60 + period * threshold + 20)
    (pod,) = cluster.get("pods")
    started = pod.status.container_statuses[0].last_state.terminated.started_at
    (killing,) = [event for event in cluster.events() if event.reason == "Killing"]
    return (killing.first_timestamp - started) / SECOND - 60


print("period  threshold  given up after")
for period, threshold in ((10, 3), (5, 3), (1, 3), (10, 1), (30, 3)):
    waited = given_up_after(period, threshold)
    print(f"{period:>4} s  {threshold:>9}  {waited:>12.0f} s")
    assert (threshold - 1) * period - 1 <= waited <= threshold * period + 2

# %% [markdown]
# Quick settings find a hanging shop quickly. They also restart a healthy one that had a bad second. There is no setting
# that is right for both: the threshold is a bet on how long your good shop may look bad.
#
# ## What happens to the sick one

# %% tags=["claim:probes-tell", "claim:off-and-on-again"]
cluster = Cluster()
cluster.apply(shop(probe=ASK, HANG_AFTER_SECONDS=60))
cluster.run_until("deployment/web ready")
before = {pod.metadata.uid: pod.spec.node_name for pod in cluster.get("pods")}
cluster.run(150)
after = {pod.metadata.uid: pod.spec.node_name for pod in cluster.get("pods")}
print(cluster.get("pods"))
assert after == before
assert restarts(cluster) == 3

# %% [markdown]
# The same three pods, each on the node it was on, each with one restart. Not one pod was replaced: a container was.
#
# > **In real life** (November 2026). It is often said that an unhealthy pod is ended and replaced. What is
# > ended and started again is the *container*, in the same pod, with the same name, address and node; `restartPolicy`
# > says whether. A pod is replaced only by whoever owns it, when it is deleted, evicted or lost with its node.
# > *Source: kubernetes.io, Pod Lifecycle, "How Pods handle problems with containers".*

# In a picture of what the Deployment counts, hardly anything of it is to be seen:

# %%
killed = [event.first_timestamp for event in cluster.events() if event.reason == "Killing"]
seconds = [cluster.elapsed - (cluster.clock.now - when) / SECOND for when in killed]
print("told to end at", *(f"{when:.0f} s" for when in seconds))
assert len(seconds) == 3
timeline(
    cluster,
    "deployment/web",
    title="A shop that hangs after a minute, with a liveness probe",
    marks={min(seconds): "restarts"},
)

# %% [markdown]
# Without a readiness probe a container counts as ready while it hangs, and again as soon as it has been started. Customers see it otherwise (chapter 20).

# %% [markdown]
# ## Health checks do not mend programs
#
# Turning it off and on again is the whole of the treatment. Which illnesses does it cure? Four shops, each for half an hour,
# with and without a probe. Two of the illnesses begin some time after each start (a deadlock, a leak that fills the
# memory). One is in the program itself (this version fails one order in two). One is outside: the database is gone.

# %%
ILLNESSES: dict[str, dict[str, Any]] = {
    "deadlock after 10 min": {"HANG_AFTER_SECONDS": 600},
    "memory leak": {"LEAK_MB_PER_MINUTE": 16, "limits": {"memory": "256Mi"}},
    "bug in this version": {"FAIL_RATE": 0.5},
    "database gone": {"LOSE_DATABASE_AFTER_SECONDS": 60},
}


def half_an_hour(probe: Any, **options: Any) -> tuple[float, int]:
    """The share of orders that went through, and the restarts it took."""
    cluster = Cluster()
    cluster.apply(shop(probe=probe, **options))
    cluster.run_until("deployment/web ready")
    return share_served(customers(cluster, 1800)), restarts(cluster)


# %% jupyter={"source_hidden": true}
predict(
    "For which of the four do more orders go through once there is a liveness probe on /healthz?",
    ["All four", "The deadlock only", "The deadlock and the leak", "All but the database"],
    answer="The deadlock only",
    why="The leak ends in a kill by the kernel, and a container that ends is restarted with or without a probe. The bug is "
    "back after each start. The database is elsewhere, and /healthz does not even ask for it.",
)

# %% tags=["claim:transient-troubles", "claim:keeps-available"]
print(f"{'illness':<24}{'no probe':>18}{'with a probe':>20}")
seen: dict[str, tuple[float, float]] = {}
for illness, options in ILLNESSES.items():
    (without, ends), (with_probe, more) = (
        half_an_hour(None, **options),
        half_an_hour(ASK, **options),
    )
    seen[illness] = (without, with_probe)
    print(f"{illness:<24}{without:>6.0%}, {ends:>2} restarts{with_probe:>8.0%}, {more:>2} restarts")

assert seen["deadlock after 10 min"][1] > 2 * seen["deadlock after 10 min"][0]
assert seen["memory leak"][0] == seen["memory leak"][1]
assert abs(seen["bug in this version"][0] - seen["bug in this version"][1]) < 0.05
assert seen["database gone"][1] < 0.1

# %% [markdown]
# Restarting helps against what builds up while a program runs. It does nothing against what is in the program, and
# nothing against what is outside it. The bug is mended in the source, and shipped as a new image:

# %% tags=["claim:no-cure-for-bugs"]
cluster = Cluster()
cluster.apply(shop(probe=ASK, FAIL_RATE=0.5))
cluster.run_until("deployment/web ready")
ill = share_served(customers(cluster, 120))
cluster.apply(shop(image="shop:1.1", probe=ASK, FAIL_RATE=0))
cluster.run(30)
mended = share_served(customers(cluster, 120))
print(f"version 1.0: {ill:.0%} of orders, version 1.1: {mended:.0%}")
assert ill < 0.7
assert mended == 1

# %% [markdown]
# ## What to remember
#
# - A container without a probe is well for as long as its process lives. Kubernetes knows of nothing else.
# - The kubelet asks, on a schedule of your choice; 200 to 399 within the timeout is a yes. It acts after `failureThreshold`
#   failures in a row.
# - The cure is a restart of the container, in its pod, on its node.
# - That cures deadlocks and the like. Bugs are mended in the source; a database that is gone stays gone.

# %% jupyter={"source_hidden": true}
quiz("19")
