# %% [markdown]
# Kubernetes starts programs, keeps them running and lets them find each other. It does not keep their logs, does not collect
# their numbers, and carries no messages between them. Each of those is one more program that you run on it. In this
# chapter each is missed first, then plugged in.

# %%
import json
from typing import Any
from urllib.parse import quote

from course.lesson import Cluster, predict, quiz, show

# %% [markdown]
# Sarah's shop with three copies, in which one order in five fails; and a way to write small Deployments with a Service.


# %%
def app(
    name: str, image: str, port: int, replicas: int = 1, notes: Any = None, **env: Any
) -> list[Any]:
    """A Deployment and the Service of the same name."""
    variables = [{"name": key, "value": str(value)} for key, value in env.items()]
    container = {"name": name, "image": image, "env": variables, "ports": [{"containerPort": port}]}
    metadata = {"labels": {"app": name}, "annotations": notes or {}}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": metadata, "spec": {"containers": [container]}},
        },
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {"app": name}, "ports": [{"port": port}]},
    }
    return [deployment, service]


# %% [markdown]
# ## Logging
#
# What a container writes to standard output lands in a file on its node. `kubectl logs` reads that file.

# %% tags=["claim:logs-to-stdout"]
cluster = Cluster()
cluster.apply(app("web", "shop:1.0", 8080, 3, FAIL_RATE=0.2, DRAIN_SECONDS=3))
cluster.run_until("deployment/web ready")
name, *_ = cluster.get("pods").names
print(cluster.logs(name))
assert "shop 1.0 starting" in cluster.logs(name)

# %% jupyter={"source_hidden": true}
predict(
    "A pod misbehaves, is deleted, and a new one takes its place. Somebody asks for the old one's log.",
    [
        "kubectl logs shows it: logs are kept for a day",
        "It is gone with the pod",
        "The new pod has taken it over",
    ],
    answer="It is gone with the pod",
    why="The file belongs to the container. When the pod is removed from its node, so are its files.",
)

# %%
from kubelite.apimachinery.errors import StatusError

victim, *_ = cluster.get("pods").names
cluster.delete(f"pod/{victim}")
cluster.run(60)
try:
    cluster.logs(victim)
    gone = ""
except StatusError as refusal:
    gone = str(refusal)
print(gone)
assert "not found" in gone

# %% [markdown]
# Cattle come and go, so logs have to leave the node while it is time. The usual way: a DaemonSet, which runs one *shipper*
# on each node. It reads what lies in the node's log folder and sends it to a store of your choice.

# %% tags=["claim:logging-driver", "claim:no-log-search"]
SHIPPER = """
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: shipper
spec:
  selector: {matchLabels: {app: shipper}}
  template:
    metadata: {labels: {app: shipper}}
    spec:
      containers:
        - name: shipper
          image: fluent/fluent-bit:4.0
          env: [{name: OUTPUT, value: "logstore:3100/push"}]
          volumeMounts: [{name: log, mountPath: /var/log, readOnly: true}]
      volumes: [{name: log, hostPath: {path: /var/log}}]
"""
cluster.apply(app("logstore", "logstore:1.0", 3100))
cluster.run_until("deployment/logstore ready")
cluster.apply(SHIPPER)
cluster.run(30)
print(cluster.get("daemonsets"))

victim, *_ = cluster.get("pods", selector="app=web").names
cluster.delete(f"pod/{victim}")
cluster.run(60)
kept = cluster.request("logstore", f"/logs?pod={victim}", port=3100).body
print(*(line.split(" stdout ")[-1] for line in kept.splitlines()), sep="\n")
assert "SIGTERM: draining for 3s" in kept
assert victim not in cluster.get("pods").names

# %% [markdown]
# Its last words are there, though the pod is not. Searching, alarms and archives are the store's business; the cluster knows
# nothing of them. Datadog and Papertrail are such stores, sold as a service.
#
# > **In real life** (November 2026). One reads that Kubernetes lets you plug in a *logging driver*. Drivers are Docker's word.
# > In Kubernetes the runtime writes files in one known form, the kubelet rotates them (10 MiB, five files), and agents such as
# > Fluent Bit or an OpenTelemetry collector read them from the node.
# > *Source: kubernetes.io, Logging Architecture.*
#
# The engine of this course can show what a driver would be: any object with a method `ship` gets every line.


# %%
class Counter:
    """Counts lines by pod."""

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}

    def ship(self, source: Any, line: Any) -> None:
        self.lines[source.pod] = self.lines.get(source.pod, 0) + 1


counter = Counter()
cluster.ship_logs(counter)
cluster.scale("deployment/web", cluster.get("deployment/web").spec.replicas + 2)
cluster.run(30)
fresh = [name for name in counter.lines if name.startswith("web-")]
print(f"{len(fresh)} new pods have written something")
assert len(fresh) == 2

# %% [markdown]
# Here a finished line goes to every driver, to all who follow the log, and stays in the file until that is full:

# %%
show("log-rotation")

# %% [markdown]
# ## Metrics
#
# How many orders, how many errors, how long did they take? The shop counts for itself and tells whoever asks for `/metrics`.

# %%
orders = [cluster.request("web", "/checkout", port=8080) for _ in range(500)]
errors = sum(answer.status == 500 for answer in orders)
name = orders[0].pod
copies = len(cluster.get("pods", selector="app=web"))
print(f"{errors} of {len(orders)} orders failed; one of {copies} pods says of its own:")
assert 0.15 < errors / len(orders) < 0.25
text = str(cluster.metrics(f"pod/{name}"))
print(*(line for line in text.splitlines() if line.startswith("http_requests_total")), sep="\n")

# %% jupyter={"source_hidden": true}
predict(
    "How many errors has the shop as a whole had in the last week? Who in a bare cluster knows?",
    ["The API server", "The kubelets", "Nobody"],
    answer="Nobody",
    why="Each process counts from its own start and forgets when it ends. Adding up over pods and over time is the work of a "
    "metrics system.",
)

# %% [markdown]
# Plugged in: a Prometheus, which asks the API server for pods that carry a certain annotation, and asks those every 15
# seconds. This is service discovery put to use: nobody gives it a list.

# %% tags=["claim:no-metrics-built-in", "claim:graphite-and-grafana", "claim:metrics-by-discovery", "claim:metrics-are-yours"]
notes = {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"}
cluster.apply(app("prometheus", "prom/prometheus:v3.7", 9090))
cluster.apply(app("web", "shop:1.0", 8080, 3, notes, FAIL_RATE=0.2, DRAIN_SECONDS=3))
cluster.run(60)


def query(text: str) -> list[Any]:
    """What Prometheus answers."""
    path = f"/api/v1/query?query={quote(text)}"
    body = cluster.request("prometheus", path, port=9090).body
    return list(json.loads(body)["data"]["result"])


def errors_counted() -> float:
    """How many failed orders Prometheus knows of, over all pods."""
    found = query('http_requests_total{path="/checkout",code="500"}')
    return sum(float(series["value"][1]) for series in found)


before = errors_counted()
orders = [cluster.request("web", "/checkout", port=8080) for _ in range(200)]
errors = sum(answer.status == 500 for answer in orders)
cluster.run(30)
for series in query('http_requests_total{path="/checkout",code="500"}'):
    print(series["metric"]["pod"], series["value"][1], "errors")
total = errors_counted() - before
print(f"{total:.0f} in all; the customers saw {errors}")
assert total == errors

# %% [markdown]
# > **In real life** (November 2026). A bare cluster collects nothing for you, but its parts do speak: API server, scheduler,
# > controllers and kubelets each have a `/metrics` page. `kubectl top` and the Horizontal Pod Autoscaler need an add-on, the
# > *metrics-server*, which keeps the last values of cpu and memory only. Prometheus with Grafana is the common choice for the
# > rest; to Graphite, which many introductions name, programs send their numbers instead of being asked.
# > *Source: kubernetes.io, Resource metrics pipeline.*

# %%
print(*cluster.metrics()[:8], sep="\n")
scheduled = cluster.metrics("kube-scheduler").value(
    "scheduler_schedule_attempts_total", result="scheduled"
)
print(f"the scheduler has placed {scheduled:.0f} pods")
assert scheduled >= 10

# %% [markdown]
# ## Messages
#
# The shop wants to take an order now and work on it later. A Service leads a request to a pod that is there at this
# moment; it keeps nothing. While the worker is away, orders fail:

# %%
cluster = Cluster()
cluster.apply(app("kitchen", "shop:1.0", 8080))
cluster.run_until("deployment/kitchen ready")
cluster.scale("deployment/kitchen", 0)
cluster.run(40)
print(cluster.request("kitchen", "/checkout", port=8080))
assert not cluster.request("kitchen", "/checkout", port=8080).ok

# %% [markdown]
# A message bus keeps them until somebody has time. It is one more program, here a very small one: orders go in, workers take
# them, and an order counts as done when its worker says so.

# %%
QUEUE = "bus:4222/queues/orders"
cluster = Cluster()
cluster.apply(app("bus", "bus:1.0", 4222, ACK_SECONDS=20))
cluster.run_until("deployment/bus ready")
cluster.apply(app("producer", "bus-producer:1.0", 80, QUEUE=QUEUE, COUNT=8, EVERY_SECONDS=0.5))
cluster.run(15)


def orders_now() -> str:
    """What the bus says of its queue."""
    return cluster.request("bus", "/queues/orders", port=4222).body.strip()


print("no worker yet:      ", orders_now())
assert orders_now() == "8 waiting, 0 taken, 0 done"

cluster.apply(app("worker", "bus-worker:1.0", 80, 2, QUEUE=QUEUE, WORK_SECONDS=8))
cluster.run(10)
print("two workers:        ", orders_now())
assert "2 taken" in orders_now()

# %% jupyter={"source_hidden": true}
predict(
    "One worker is killed in the middle of an order. What becomes of the order?",
    [
        "It is lost",
        "It is worked on by somebody else, a little later",
        "The customer has to order again",
    ],
    answer="It is worked on by somebody else, a little later",
    why="Nobody has said that it is done. After 20 seconds the bus hands it to the next who asks. It may so happen that an "
    "order is worked on twice, which is why workers have to be able to bear that.",
)

# %% tags=["claim:no-message-bus"]
unlucky, *_ = cluster.get("pods", selector="app=worker").names
cluster.delete(f"pod/{unlucky}", grace_period_seconds=0)
cluster.run(120)
print("two minutes later:  ", orders_now())
assert orders_now() == "0 waiting, 0 taken, 8 done"

# %% [markdown]
# And when the pod of the bus itself is killed? This one keeps its messages in memory.

# %%
cluster.scale("deployment/worker", 0)
cluster.scale("deployment/producer", 0)
cluster.run(40)
cluster.scale("deployment/producer", 1)
cluster.run(15)
print("before:             ", orders_now())
before = orders_now()
(bus,) = cluster.get("pods", selector="app=bus").names
cluster.delete(f"pod/{bus}", grace_period_seconds=0)
cluster.run_until("deployment/bus ready")
cluster.run(5)
print("after:              ", orders_now())
assert before.startswith("8 waiting")
assert orders_now().startswith("0 waiting")

# %% [markdown]
# Kubernetes put another one in its place, as promised, and that was all it could do. What must not be lost has to be kept by a program that is
# built for it, on a disk that outlives the pod (chapter 04), or by a service of your cloud provider.
#
# > **In real life** (November 2026). The documentation puts it in one line: Kubernetes offers no application-level services such
# > as message buses, databases or caches as built-in services; they can run on it. Kafka, RabbitMQ and NATS are run this
# > way, mostly by operators; the providers sell the same as a service.
# > *Source: kubernetes.io, Overview, "What Kubernetes is not".*
#
# ## And everything else
#
# Each of these asks for a kind that a bare cluster does not have.

# %% tags=["claim:no-alerts-or-databases", "claim:no-cloud", "claim:leaves-things-out", "claim:niche"]
for missing in ("alerts", "databases", "queues", "dashboards", "builds"):
    answer = cluster.kubectl(f"get {missing}")
    print(answer.error.strip())
    assert "doesn't have a resource type" in answer.error

# %% [markdown]
# There is a way to add them, and it is the subject of chapter 14: a definition of a kind, and a controller for it.
#
# Storage is often put on the same list, and it is half true. There are kinds for asking: a claim says how much is needed. The
# disk itself is made by somebody else, a driver of the storage system.

# %% tags=["claim:no-storage"]
CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: orders}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""
USER = """
apiVersion: v1
kind: Pod
metadata: {name: ledger}
spec:
  containers: [{name: ledger, image: "busybox:1.36", args: [sh, -c, "sleep 100000"]}]
  volumes: [{name: orders, persistentVolumeClaim: {claimName: orders}}]
"""
cluster = Cluster()
cluster.apply(CLAIM)
cluster.run(30)
before = cluster.get("pvc/orders").status.phase
cluster.apply(USER)
cluster.run_until("pod/ledger ready")
claim = cluster.get("pvc/orders")
volume = cluster.get(f"pv/{claim.spec.volume_name}")
print(
    before,
    "->",
    claim.status.phase,
    "by",
    volume.metadata.annotations["pv.kubernetes.io/provisioned-by"],
)
assert (before, claim.status.phase) == ("Pending", "Bound")

# %% [markdown]
# ## What to remember
#
# - Logs are files on a node and go with their pods. A DaemonSet carries them away in time.
# - Numbers are counted by each process. Prometheus asks them all and keeps what they said.
# - A Service carries requests and keeps nothing. A bus keeps messages, and its own memory has to be kept as well.
# - Kubernetes runs these programs like any others. It is none of them.

# %% jupyter={"source_hidden": true}
quiz("15")
