# %% [markdown]
# A word is easier to keep when one has touched what it means. Below is a small cluster with one of everything. Each word of
# this course can be looked up in it: what it means, the command that shows one, and what the command says.

# %%
from course.lesson import Cluster, ClusterView, glossary, graph, predict, quiz, show
from kubelite.apimachinery.errors import StatusError

# %%
EVERYTHING = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: shop
          image: shop:1.0
          envFrom: [{configMapRef: {name: settings}}]
          resources: {requests: {cpu: 200m, memory: 64Mi}, limits: {memory: 128Mi}}
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web-with-sidecar}
spec:
  initContainers:
    - {name: logs, image: busybox:1.36, args: [sh, -c, "sleep 100000"], restartPolicy: Always}
  containers:
    - {name: shop, image: shop:1.0}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: orders}
spec:
  serviceName: orders
  replicas: 2
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}}
    spec:
      containers: [{name: orders, image: agnhost:2.53, volumeMounts: [{name: disk, mountPath: /data}]}]
  volumeClaimTemplates:
    - metadata: {name: disk}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: logs}
spec:
  selector: {matchLabels: {app: logs}}
  template:
    metadata: {labels: {app: logs}}
    spec: {containers: [{name: logs, image: busybox:1.36, args: [sh, -c, "sleep 100000"]}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: report, image: busybox:1.36, args: [sh, -c, "echo report"]}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: import}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: import, image: busybox:1.36, args: [sh, -c, "echo imported"]}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {GREETING: hello}
---
apiVersion: v1
kind: Secret
metadata: {name: database}
stringData: {password: tulips}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  defaultBackend: {service: {name: web, port: {number: 80}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 3
  maxReplicas: 6
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
"""

cluster = Cluster(nodes=3)
cluster.apply(EVERYTHING)
cluster.run(60)
ClusterView(cluster, title="One of everything")

# %% tags=["claim:the-words"]
glossary(cluster)

# %% [markdown]
# The rest of this chapter takes the words that are most often half understood, and holds each against the cluster.
#
# ## Cluster and node

# %% jupyter={"source_hidden": true}
predict(
    "A cluster without a single worker node. Can you apply a Deployment to it?",
    ["It is refused: this is no cluster", "It is taken, and its pods wait until there is a node"],
    answer="It is taken, and its pods wait until there is a node",
    why="The API server stores what you want, and controllers make the pods. Only the scheduler has nowhere to put them.",
)

# %% tags=["claim:one-worker-at-least", "claim:cluster-of-nodes", "claim:node-is-a-machine"]
empty = Cluster(nodes=0)
empty.apply(EVERYTHING)
empty.run(30)
waiting = [pod for pod in empty.get("pods", selector="app=web")]
print(len(waiting), "pods,", {pod.status.phase for pod in waiting})
assert len(waiting) == 3
assert not any(pod.spec.node_name for pod in waiting)
(said, *_) = [event.message for event in empty.events() if event.reason == "FailedScheduling"]
print(said)
empty.add_node()
empty.run(30)
assert all(pod.spec.node_name == "node-1" for pod in empty.get("pods", selector="app=web"))

# %% [markdown]
# So a cluster without a node can remember and decide; it cannot run anything. Whether to call it a cluster is a matter of
# words.
#
# ## Control plane and kubelet
#
# The control plane never starts a container: it writes which pod belongs to which node. The kubelet of that node never
# decides where a pod goes: it does what is written for its node. Who wrote what about one pod?

# %% tags=["claim:kubelet-is-the-agent", "claim:kubelet-runs-containers", "claim:control-plane-manages", "claim:nodes-run-containers", "claim:runs-the-api-server"]
(pod, *_) = cluster.get("pods", selector="app=web")
subject = ("pods", "default", pod.metadata.name)
writers = list(
    dict.fromkeys(
        entry.component
        for entry in cluster.trace.about(subject)
        if entry.verb in ("create", "update", "bind")
    )
)
print(*writers, sep=" -> ")
assert writers[0] == "replicaset-controller"
assert writers[-1] == f"kubelet/{pod.spec.node_name}"

# %% [markdown]
# > **In real life** (November 2026). Older texts call the control plane's machine the *master*, and nodes *minions*. The labels
# > and taints of that name went with versions 1.24 and 1.25; it is `control-plane` and `node` now.
# > *Source: Kubernetes Enhancement Proposal 2067.*
#
# Several control planes are not one master with replicas, either. All API servers answer; of schedulers and of controller managers
# one leads and the others wait for its lease to run out.

# %% tags=["claim:master-with-replicas"]
three = Cluster(nodes=1, control_planes=3)
for component in ("kube-scheduler", "kube-controller-manager"):
    print(f"{component:<24} led by {three.leader(component)}")
    assert three.leader(component).startswith("control-plane-")

# %% [markdown]
# ## Pod
#
# The smallest thing that can be asked for. There is no kind `Container`:

# %% tags=["claim:pod-is-smallest", "claim:many-pods"]
print(cluster.kubectl("get containers").error)
assert "doesn't have a resource type" in cluster.kubectl("get containers").error
assert len(cluster.get("pods")) > len(cluster.get("nodes"))

# %% [markdown]
# A pod with two containers. It is ready when all of its containers are. One of them keeps failing: what becomes of the other?

# %%
PAIR = """
apiVersion: v1
kind: Pod
metadata: {name: pair}
spec:
  containers:
    - name: steady
      image: shop:1.0
    - name: shaky
      image: busybox:1.36
      args: [sh, -c, "sleep 20; exit 1"]
"""

# %% jupyter={"source_hidden": true}
predict(
    "The second container exits again and again. What happens to the first one?",
    [
        "It is ended as well: the pod is one unit",
        "Nothing: it runs on",
        "It is moved to another pod",
    ],
    answer="Nothing: it runs on",
    why="Containers are restarted one by one. They share a node, an address and the pod's life; not their fate within it.",
)

# %% tags=["claim:ready-when-all-are", "claim:one-ill-all-terminated", "claim:pod-on-one-node", "claim:mostly-one-container"]
cluster.apply(PAIR)
cluster.run(120)
shaky, steady = sorted(
    cluster.get("pod/pair").status.container_statuses, key=lambda status: status.name
)
print(f"steady: {steady.restart_count} restarts, shaky: {shaky.restart_count} restarts")
assert steady.restart_count == 0
assert shaky.restart_count >= 3
assert steady.ready and not shaky.ready
ready = next(c for c in cluster.get("pod/pair").status.conditions if c.type == "Ready")
assert ready.status == "False"

# %% [markdown]
# > **In real life** (November 2026). One reads that all containers of a pod are terminated when one of them is unhealthy for long
# > enough. It is that one container which is restarted, in the same pod. All of them end together when the *pod* is deleted or
# > evicted. (Since 1.35 a pod can ask for it: a restart rule with the action `RestartAllContainers`, an alpha feature then.)
# > *Source: kubernetes.io, Pod Lifecycle.*
#
# ## Sidecar
#
# A helper in the same pod: it ships logs, holds certificates, or forwards traffic. As one more entry under `containers` it
# starts at the same time as the main one, and keeps a Job from ending. Written as an init container with `restartPolicy:
# Always` it starts before, and ends after, the main container.

# %% tags=["claim:sidecars"]
job = """
apiVersion: batch/v1
kind: Job
metadata: {name: NAME}
spec:
  template:
    spec:
      restartPolicy: Never
      initContainers: INIT
      containers:
        - {name: work, image: "busybox:1.36", args: [sh, -c, "sleep 5"]}
"""
HELPER = '{name: helper, image: "busybox:1.36", args: [sh, -c, "sleep 100000"]}'
plain = job.replace("NAME", "plain").replace("INIT", "[]") + f"        - {HELPER}\n"
native = job.replace("NAME", "native").replace("INIT", f"[{HELPER[:-1]}, restartPolicy: Always}}]")
cluster.apply(plain)
cluster.apply(native)
cluster.run(120)
done = {name: cluster.get(f"job/{name}").status.succeeded or 0 for name in ("plain", "native")}
print(done)
assert done == {"plain": 0, "native": 1}

# %% [markdown]
# > **In real life** (November 2026). Such native sidecars have been stable since version 1.33 (April 2025).
# > *Source: Kubernetes Enhancement Proposal 753.*
#
# ## Deployment and ReplicaSet
#
# The Deployment makes no pods. It makes a ReplicaSet for each version of the template, and the ReplicaSet makes pods.

# %% tags=["claim:deployment-uses-replicaset"]
cluster.kubectl("set image deployment/web shop=shop:1.1")
cluster.run(60)
sets = cluster.get("replicasets", selector="app=web")
for one in sets:
    print(one.metadata.name, one.spec.template.spec.containers[0].image, "wants", one.spec.replicas)
assert sorted(one.spec.replicas for one in sets) == [0, 3]
show("deployment-plan")

# %% [markdown]
# Are three requested three that run, always? It is worked on, always. But there is only so much room on these machines. (The
# autoscaler goes first: it would correct the number at once.)

# %% tags=["claim:three-always"]
cluster.delete("hpa/web")
cluster.scale("deployment/web", 70)
cluster.run(60)
web = cluster.get("deployment/web")
print(f"{web.spec.replicas} wanted, {web.status.ready_replicas} ready")
assert web.spec.replicas == 70
assert 30 < web.status.ready_replicas < 70
cluster.scale("deployment/web", 3)
cluster.run(60)
assert cluster.get("deployment/web").status.ready_replicas == 3

# %%
graph(cluster, title="Who owns which pod")

# %% [markdown]
# ## Service
#
# A Service is no process. It is a name, an address that belongs to nobody, and a list of pods, kept up to date by a controller.
# The list has a kind of its own.

# %% tags=["claim:service-keeps-a-list", "claim:service-reaches-each", "claim:service-balances-and-names"]
(piece,) = cluster.get("endpointslices", selector="kubernetes.io/service-name=web")
listed = {endpoint.target_ref.name for endpoint in piece.endpoints if endpoint.conditions.ready}
answering = {cluster.request("web").pod for _ in range(60)}
print(sorted(listed) == sorted(answering), len(listed), "pods")
assert listed == answering

# %% [markdown]
# Its address means something inside the cluster only. From outside there has to be a way in, such as a port on each node.

# %% tags=["claim:service-from-anywhere"]
address = cluster.get("service/web").spec.cluster_ip
outside = cluster.request(f"{address}:80")
print(outside)
cluster.patch("service/web", {"spec": {"type": "NodePort"}})
cluster.run(2)
port = cluster.get("service/web").spec.ports[0].node_port
node = next(
    a.address for a in cluster.get("node/node-1").status.addresses if a.type == "InternalIP"
)
by_node = cluster.request(f"{node}:{port}")
print(by_node)
assert not outside.ok
assert by_node.ok

# %% [markdown]
# ## Namespace
#
# Names are unique within a namespace, so two teams can both have a `web`. What a namespace does not do by itself: keep one team's
# pods from calling the other's.

# %% tags=["claim:namespaces-partition", "claim:in-a-namespace"]
cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "staging"}})
cluster.apply(EVERYTHING, namespace="staging")
cluster.run(30)
answer = cluster.request(
    "web.staging", from_pod=f"pod/{cluster.get('pods', selector='app=web')[0].metadata.name}"
)
print(answer)
assert answer.ok
try:
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "Staging"}})
except StatusError as refusal:
    print(refusal)

# %% [markdown]
# ## What to remember
#
# - The control plane decides and writes down; kubelets do. etcd remembers, and the API server is the only door to it.
# - A pod is what is placed. Its containers share node, address and life, and are restarted one by one.
# - Deployment, ReplicaSet, pod: each makes the next, and owns it.
# - A Service is a name, an address and a list.

# %% jupyter={"source_hidden": true}
quiz("16")
