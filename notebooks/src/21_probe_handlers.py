# %% [markdown]
# Startup, readiness and liveness say what follows from an answer. How the question is put is another choice, and there are four
# ways. Each of them sees some illnesses and is blind to others; which ones, this chapter measures.

# %%
from typing import Any

from course.lesson import Cluster, predict, quiz, show
from kubelite.apimachinery.errors import StatusError
from kubelite.kubelet.cri import NEVER, Reply
from kubelite.kubelet.images import Program, register
from kubelite.sim.clock import SECOND

# %% [markdown]
# ## exec: run a command, look at its exit status
#
# A worker takes jobs from a queue. It listens on no port, so nobody can send it a request. But it can leave a sign of life: a
# file that it touches after each round. The probe takes the file away; `rm` succeeds only if the file was there again.

# %%
WORKER = """
apiVersion: v1
kind: Pod
metadata:
  name: worker
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: worker
      image: busybox:1.36
      args:
        - sh
        - -c
        - |
          for round in 1 2 3 4 5 6 7 8; do touch /tmp/alive; sleep 5; done
          echo "stuck in round 9"
          sleep 100000
      livenessProbe:
        exec:
          command: [rm, /tmp/alive]
        periodSeconds: 10
        failureThreshold: 2
"""

# %% jupyter={"source_hidden": true}
predict(
    "The worker gets stuck after 40 seconds. Its process is there and uses no cpu. Will anybody notice?",
    [
        "No: a process that sleeps is a process that runs",
        "Yes: the second time that rm finds no file",
    ],
    answer="Yes: the second time that rm finds no file",
    why="The command ends with another status than 0, twice in a row, and the threshold here is 2.",
)

# %% tags=["claim:exec-zero", "claim:exec-for-scripts"]
cluster = Cluster(nodes=1)
cluster.apply(WORKER)
cluster.run(45)
assert cluster.get("pod/worker").status.container_statuses[0].restart_count == 0
cluster.run(35)
print(cluster.get("pods"))
(unhealthy,) = [event for event in cluster.events("pod/worker") if event.reason == "Unhealthy"]
print(unhealthy.message)
assert cluster.get("pod/worker").status.container_statuses[0].restart_count == 1
assert "can't remove '/tmp/alive'" in unhealthy.message

# %% [markdown]
# The command is run inside the container, as `kubectl exec` would. It has to be in the image (a *distroless* image has not even
# a shell), and every question starts a process: with many pods and a short period that is work.
#
# ## httpGet: ask for a page
#
# The usual way for web applications and APIs. The kubelet asks, not the Service, and it asks the pod's own address.
# 200 to 399 is a yes. The port may be given by name, so that it stands in one place only.

# %% tags=["claim:http-for-apis"]
NAMED = """
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: shop
      image: shop:1.0
      ports:
        - name: http
          containerPort: 8080
      readinessProbe:
        httpGet:
          path: /ready
          port: http
          httpHeaders:
            - {name: Accept, value: text/plain}
"""
cluster = Cluster(nodes=1)
cluster.apply(NAMED)
cluster.run_until("pod/web ready")

wrong = NAMED.replace("name: web", "name: misnamed").replace("port: http\n", "port: htpp\n")
cluster.apply(wrong)
cluster.run(30)
(error,) = [event for event in cluster.events("pod/misnamed") if event.reason == "Unhealthy"]
print(error.message)
assert 'port "htpp" not found' in error.message
assert cluster.get("pod/misnamed").status.container_statuses[0].ready is False

# %% [markdown]
# ## tcpSocket: is anybody at the door?
#
# The kubelet opens a connection to the port and closes it again. It fits what speaks no HTTP: a mail server, a database. It proves
# that somebody accepts connections, and nothing else.

# %% jupyter={"source_hidden": true}
predict(
    "A shop hangs: it accepts connections and never answers. It is asked by tcpSocket and by httpGet. Which of the two notices?",
    ["Both", "httpGet only", "tcpSocket only"],
    answer="httpGet only",
    why="Connections are accepted by the operating system on behalf of the program. The program need not be awake for it.",
)

# %% [markdown]
# One pod for each pair of an illness and a way of asking, for three minutes. The program below can be ill in five ways, a minute
# after it was started; the sixth, a redirect, is no illness.


# %% tags=["claim:tcp-open", "claim:http-two-or-three-hundred", "claim:tcp-for-databases", "claim:forms-are-flexible"]
class Patient(Program):
    """Falls ill after a minute, in the way that ILLNESS says."""

    ports = (8080,)

    def start(self) -> None:
        self.falls_ill = self.machine.now + 60 * SECOND
        if self.env["ILLNESS"] == "exits":
            self.after(60 * SECOND, self.exit, 1)

    def ill(self, *illnesses: str) -> bool:
        return self.machine.now >= self.falls_ill and self.env["ILLNESS"] in illnesses

    def listens(self, port: int) -> bool:
        return port == 8080 and not self.ill("closes its port")

    def handle(self, request: Any) -> Reply:
        if self.ill("hangs"):
            return Reply(delay=NEVER)
        if self.ill("answers 301"):
            return Reply(301)
        return Reply(500 if self.ill("answers 500") else 200)

    def healthy(self, service: str) -> Reply:
        if self.ill("hangs"):
            return Reply(delay=NEVER)
        return Reply(503 if self.ill("answers 500", "not serving") else 200)


register("patient", Patient)

HANDLERS = {
    "exec": {"exec": {"command": ["true"]}},
    "httpGet": {"httpGet": {"path": "/", "port": 8080}},
    "tcpSocket": {"tcpSocket": {"port": 8080}},
    "grpc": {"grpc": {"port": 8080}},
}
ILLNESSES = ("exits", "closes its port", "hangs", "answers 500", "answers 301", "not serving")


def patient(number: int, illness: str, probe: dict[str, Any]) -> dict[str, Any]:
    """A pod with this illness and this probe."""
    container = {
        "name": "patient",
        "image": "patient",
        "env": [{"name": "ILLNESS", "value": illness}],
        "livenessProbe": probe,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"patient-{number:02d}"},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 1},
    }


pairs = [(illness, handler) for illness in ILLNESSES for handler in HANDLERS]
cluster = Cluster(nodes=1)
cluster.apply([patient(n, illness, HANDLERS[way]) for n, (illness, way) in enumerate(pairs)])
cluster.run(180)
found = {}
for number, pair in enumerate(pairs):
    pod = cluster.get(f"pod/patient-{number:02d}")
    found[pair] = pod.status.container_statuses[0].restart_count > 0

print(f"{'illness':<18}" + "".join(f"{handler:>12}" for handler in HANDLERS))
for illness in ILLNESSES:
    cells = "".join(f"{'restarted' if found[illness, way] else '-':>12}" for way in HANDLERS)
    print(f"{illness:<18}{cells}")

assert all(found["exits", handler] for handler in HANDLERS)
assert found["hangs", "httpGet"]
assert not found["hangs", "tcpSocket"]
assert [way for way in HANDLERS if found["closes its port", way]] == [
    "httpGet",
    "tcpSocket",
    "grpc",
]
assert [way for way in HANDLERS if found["answers 500", way]] == ["httpGet", "grpc"]
assert not any(found["answers 301", way] for way in HANDLERS)
assert [way for way in HANDLERS if found["not serving", way]] == ["grpc"]

# %% [markdown]
# Read it by columns. A container that exits is restarted whatever you ask. `exec` with a command that always succeeds sees nothing:
# it is as good as its command. `tcpSocket` sees a closed door and is fooled by every program that is awake enough to
# open it.
#
# ## grpc: the health service
#
# Programs that speak gRPC can offer a standard health service, which answers `SERVING` or `NOT_SERVING`, for the program as a
# whole or for one named service. The kubelet can ask it without any tool in the image.
#
# > **In real life** (November 2026). Introductions count three ways of asking. There are four: `grpc` came as alpha in version 1.23
# > and has been stable since 1.27. It takes the port by number only, and no TLS.
# > *Source: Kubernetes Enhancement Proposal 2727 (January 2023).*
#
# The table of the four in the engine. A way of your own would be one more row, and one function. What started and ready mean
# is worked out from the answers alone, however they were asked for:

# %% tags=["claim:three-forms"]
from kubelite.kubelet.probes.handlers import PROBES

print(*PROBES, sep="\n")
assert list(PROBES) == ["exec", "http_get", "tcp_socket", "grpc"]
show("probe-health")

# %% [markdown]
# ## One probe has one handler
#
# Two at once are refused, and so is none.

# %%
cluster = Cluster(nodes=1)
for handlers in ({**HANDLERS["exec"], **HANDLERS["tcpSocket"]}, {"periodSeconds": 5}):
    try:
        cluster.apply(patient(0, "hangs", handlers))
    except StatusError as refusal:
        print(refusal)
assert not cluster.get("pods")

# %% [markdown]
# ## A manifest with a slip
#
# The manifest below circulates in many introductions to liveness probes, and it has a mistake in its last two lines.

# %%
LIVENESS = """
apiVersion: v1
kind: Pod
metadata:
  labels:
    test: liveness
  name: liveness-exec
spec:
  containers:
    - name: liveness
      image: k8s.gcr.io/busybox
      args:
        - /bin/sh
        - -c
        - touch /tmp/healthy; sleep 30; rm -rf /tmp/healthy; sleep 600
      livenessProbe:
        exec:
          command:
            - cat
            - /tmp/healthy
          initialDelaySeconds: 5
          periodSeconds: 5
"""

# %% jupyter={"source_hidden": true}
predict(
    "What will the API server say to it?",
    [
        "Nothing: it ignores fields that it does not know",
        "It refuses the manifest and names both fields",
    ],
    answer="It refuses the manifest and names both fields",
    why="The two fields belong to the probe, one level up, and not to exec.",
)

# %% tags=["claim:liveness-manifest"]
cluster = Cluster()
try:
    cluster.apply(LIVENESS)
except StatusError as refusal:
    print(refusal)
    told = str(refusal)

assert "exec.initialDelaySeconds" in told
assert "exec.periodSeconds" in told
assert "did you mean" in told
assert not cluster.get("pods")

# %% [markdown]
# The first line is the answer of any API server; the hints below it are this engine's. Moved two places to the left, the fields are where
# they belong. The container then makes a file, deletes it after 30 s, and lives on; the probe looks for the file.

# %%
CORRECTED = LIVENESS.replace("          initialDelay", "        initialDelay")
CORRECTED = CORRECTED.replace("          periodSeconds", "        periodSeconds")

cluster = Cluster()
cluster.apply(CORRECTED)
cluster.run(30)
before = cluster.get("pod/liveness-exec")
print(cluster.get("pods"))
assert before.status.container_statuses[0].restart_count == 0
assert not [e for e in cluster.events("pod/liveness-exec") if e.reason == "Unhealthy"]

# %% jupyter={"source_hidden": true}
predict(
    "The file is gone after 30 s. The probe asks every 5 s, three failures count. When does the next container start?",
    [
        "After about 45 seconds",
        "After about 75 seconds",
        "After 10 minutes, when sleep 600 is over",
    ],
    answer="After about 75 seconds",
    why="Three failures, 5 s apart, then SIGTERM, which this shell ignores, then the grace period of 30 s, and only then the kill.",
)

# %%
cluster.run(max(0, 90 - cluster.elapsed))
cluster.events("pod/liveness-exec")

# %%
after = cluster.get("pod/liveness-exec")
killed = after.status.container_statuses[0].last_state.terminated
print(cluster.get("pods"))
print(f"The container before ended with exit code {killed.exit_code} ({killed.reason}).")
lived = (killed.finished_at - killed.started_at) / SECOND
print(f"It had lived for {lived:.0f} s.")

assert after.metadata.uid == before.metadata.uid
assert after.spec.node_name == before.spec.node_name
assert after.status.container_statuses[0].restart_count == 1
assert killed.exit_code == 137
assert 65 <= lived <= 80
(unhealthy,) = [e for e in cluster.events("pod/liveness-exec") if e.reason == "Unhealthy"]
assert unhealthy.count == 3

# %%
cluster.story("pod/liveness-exec")

# %% [markdown] tags=["claim:old-registry"]
# > **In real life** (November 2026). `k8s.gcr.io` has been frozen since April 2023: write `registry.k8s.io`.
# > *Source: kubernetes.io blog, 6 February 2023.*

# %% [markdown]
# ## What to remember
#
# - `exec` sees what its command sees, `httpGet` whether a page comes with 200 to 399, `tcpSocket` whether the door is open,
#   `grpc` what the program says of itself.
# - A program that hangs behind an open port is found by asking it something that it has to answer.
# - Delays, periods and thresholds belong to the probe, not to the way it asks.

# %% jupyter={"source_hidden": true}
quiz("21")
