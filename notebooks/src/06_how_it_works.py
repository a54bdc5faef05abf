# %%
from collections import Counter
from math import comb
from pathlib import Path
from tempfile import TemporaryDirectory

from course.lesson import Cluster, compare, message_flow, predict, quiz, show, why, why_not

# %% [markdown] tags=["claim:open-source-platform", "claim:greek-name", "claim:k8s", "claim:pronunciation-disputed", "claim:pronunciation-common", "claim:k8s-aloud", "claim:design-goal"]
# Sarah's shop now runs on Kubernetes. Bob, who looks after it, types one command, and three seconds later a program runs on
# a machine that he never named. A dozen programs took part. This chapter follows the command through all of them,
# and then takes them away, one after the other, to see what each was good for.
#
# ## Where it comes from
#
# | when | what |
# |---|---|
# | about 2004 | Google runs its programs in containers, under a system called **Borg**. A second one, **Omega**, follows. |
# | 6 June 2014 | The first commit of **Kubernetes** is published: 250 files, written in Go, under the Apache licence. |
# | 21 July 2015 | Version 1.0. Google hands the project to the new Cloud Native Computing Foundation. |
# | 26 August 2026 | Version 1.37, the one that this course follows. |
#
# The name is Greek for the one who steers a ship; *governor* and *cybernetics* come from the same word. *K8s* leaves out
# the eight letters in the middle. How to say it is a matter of taste. Many say "koo-ber-NET-eez"; an early announcement
# of 2014 preferred "koo-ber-NAY-tace", and Greeks would say neither. K8s is mostly read out as the long word, by some as "kates".
#
# The aim was set down by people who had worked on all three systems: programs spread over many machines should be easy to run, and the machines
# well used at the same time.

# %% [markdown] tags=["claim:built-by-google", "claim:heir-of-borg", "claim:written-in-go", "claim:open-since-2014", "claim:problems-it-solves", "claim:engineers-can-focus"]
# > **In real life** (November 2026). Google began Kubernetes and has not owned it since 2015; people of many hundred companies write
# > it today. It is the third of its family and not a copy of the first: Omega stands between it and Borg.
# > Of the troubles that it is said to take away, two it hands on: machines come from something beside it (a cloud, the Cluster Autoscaler, Karpenter),
# > and the network between pods from a plugin. And the hope that developers and operators can each look after their own
# > is only a hope: in the survey of January 2026 working together differently came first among the difficulties.
# > *Sources: Burns, Grant, Oppenheimer, Brewer and Wilkes, "Borg, Omega, and Kubernetes", ACM Queue 14 (2016); kubernetes.io blog,
# > 6 June 2024; kubernetes.io, Overview; CNCF annual survey, 20 January 2026.*

# %% [markdown]
# ## One apply, followed
#
# Bob's manifest asks for one copy of the shop. There is no machine in it.

# %% tags=["claim:hides-servers", "claim:nodes-work"]
SHOP = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
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

cluster = Cluster(nodes=3)
cluster.apply(SHOP)
took = cluster.run_until("deployment/web ready")
cluster.run(2)
(pod,) = cluster.get("pods")
NAME = f"pod/{pod.metadata.name}"

print(f"ready after {took:.2f} s, on {pod.spec.node_name}")
assert "node" not in SHOP
assert pod.spec.node_name in cluster.get("nodes").names
assert pod.status.container_statuses[0].ready

# %% jupyter={"source_hidden": true}
predict(
    "The scheduler has found a node for the pod. Whom does it tell?",
    [
        "The kubelet on that node",
        "The controller that made the pod",
        "The API server, and nobody else",
    ],
    answer="The API server, and nobody else",
    why="No component calls another. Each writes to the API server, and each watches there for what concerns it.",
)

# %% [markdown]
# Here is every message that the command set off, in order. Times are seconds since the command. A solid arrow to the API server goes on to etcd:
# it is a write. A dashed one away from it is news for somebody who watches.

# %%
flow = message_flow(cluster, about="deployment/web", title="From one apply to a running container")
flow

# %% [markdown]
# Follow the lane of the API server downwards: every arrow begins or ends there. The three rings are work that somebody does alone. Count them:

# %%
steps = str(flow).splitlines()[1:]
alone = [step for step in steps if "by itself: " in step]
through_the_server = [step for step in steps if "API server" in step]
stored = [step for step in steps if "stored in etcd" in step]
news = len(through_the_server) - len(stored)
print(f"{len(steps)} steps: {len(stored)} writes, {news} pieces of news,")
print(f"{len(alone)} done by one component alone (choose, pull, start)")

assert len(alone) + len(through_the_server) == len(steps)
assert len(alone) == 3

# %% [markdown]
# Nobody had an overview, and nobody gave orders. The chain below is what came of it, read backwards: each line happened because
# of the one below it.

# %%
why(cluster, NAME)

# %% [markdown]
# ### The same in words
#
# | ms | who | does what | in the engine |
# |---|---|---|---|
# | 0 | kubectl | sends the manifest | `cluster-apply` |
# | 0 | API server | checks who asks, fills in defaults, validates, stores | `apiserver-handle`, `registry-create` |
# | 0 | etcd | keeps it, at a new revision, and tells those who watch | `store-put`, `watch-dispatch` |
# | 1 to 3 | Deployment controller | sees a wish without a ReplicaSet, creates one | `deployment-plan` |
# | 4 to 6 | ReplicaSet controller | sees one pod too few, creates one | `replicaset-plan` |
# | 7 to 10 | scheduler | sees a pod without a node, chooses one, writes the binding | `scheduler-cycle`, `pod-binding` |
# | 11 | kubelet of that node | sees a pod that is now its own | `kubelet-admit`, `pod-worker-sync` |
# | to 3,300 | runtime | makes the sandbox, pulls the image, starts the container | `sync-pod`, `image-ensure` |
# | then | kubelet | reports: running, ready | `generate-status` |
# | then | the controllers | count: one of one | `rollout-progress` |
#
# Each word in the last column can be shown. This is the moment at which the pod gets its node; the sentence that refuses is the reason why a pod
# never moves:

# %%
show("pod-binding")

# %% [markdown]
# ## Who knows what
#
# | part | what it knows | whom it talks to |
# |---|---|---|
# | **etcd** | everything, for good | the API server only |
# | **API server** | what etcd knows, and who may do what | everybody; all others talk to it |
# | **controllers** | a copy of what they watch, for as long as they run | the API server |
# | **scheduler** | pods, nodes, and what is free where | the API server |
# | **kubelet**, one a node | the pods of its own node | the API server and its runtime |
#
# The first four are the *control plane*. The rest of the machines do the work.

# %% jupyter={"source_hidden": true}
predict(
    "What is in etcd?",
    [
        "The configuration of the cluster",
        "Every object: wishes, pods, nodes, heartbeats, events",
        "The images of the containers",
    ],
    answer="Every object: wishes, pods, nodes, heartbeats, events",
    why="etcd is the memory of the cluster. Whatever kubectl get can show was read from there.",
)

# %% tags=["claim:etcd-is-a-store", "claim:etcd-synchronises"]
kept = Counter(kv.key.split("/")[2].partition(".")[0] for kv in cluster.store.range("/registry/"))
print(*(f"{kind:16} {count}" for kind, count in kept.items()), sep="\n")
assert {"deployments", "replicasets", "pods", "nodes", "leases", "events"} <= set(kept)

key = f"/registry/pods/default/{pod.metadata.name}"
before = cluster.revision
stored_pod = cluster.etcdctl_get(key)
print(stored_pod[:150].decode(), "...")
assert pod.metadata.uid.encode() in stored_pod
assert cluster.revision == before, "reading changes nothing"

cluster.scale("deployment/web", 1)  # the wish that is there already
assert cluster.revision == before, "neither does a write that says nothing new"
cluster.scale("deployment/web", 2)
assert cluster.revision == before + 1, "every change has a number of its own"

# %% [markdown]
# A key, a value, and one number that counts all changes: that is all there is to etcd's side of it. The number is the
# `resourceVersion` that you see in every object, and it is how a component that was away asks "what did I miss since 57?".
# (A real etcd holds the same objects in another encoding. Its keys have the names of early days: nodes are still `/registry/minions/...` there.)
#
# > **In real life** (November 2026). It is often said that the servers of a control plane keep their *configuration* in step through
# > etcd. It is more than that: all objects are there. And the servers do not meet in etcd: only the API server has the way in;
# > whoever else wants to know something watches the API server.
# > *Source: kubernetes.io, Kubernetes Components (looked up November 2026).*

# %% [markdown]
# ## Take the parts away
#
# Two copies run. What can the cluster still do when a part of its control plane is gone?

# %% jupyter={"source_hidden": true}
predict(
    "The scheduler is down. Somebody opens the shop's page. What happens?",
    ["The page comes as always", "An error: nobody chooses a pod for the request", "It is slower"],
    answer="The page comes as always",
    why="Requests go from node to pod by rules that are on the node already. The control plane takes no part.",
)

# %% tags=["claim:control-plane-duties"]
cluster.run(10)
without = cluster.branch()
without.stop_component("kube-scheduler")

for one in (cluster, without):
    one.scale("deployment/web", 4)
    one.run(30)

placed = [pod.spec.node_name for pod in without.get("pods")]
print("without a scheduler:", placed)
assert placed.count("") == 2
assert without.request("web").status == 200

# %% [markdown]
# The same history twice, and on the right the scheduler is missing. Drag the handle through time: until somebody wants
# something new, there is no difference.

# %%
compare(cluster, without, title_a="the whole cluster", title_b="the one without a scheduler")

# %%
waiting = next(pod for pod in without.get("pods") if not pod.spec.node_name)
print(without.events(f"pod/{waiting.metadata.name}"))
assert not without.events(f"pod/{waiting.metadata.name}"), "nobody is there who could say why"

# %% [markdown]
# A pod without an event is a hint: when the scheduler finds no room it says so, and when it is absent nobody says anything.

# %% jupyter={"source_hidden": true}
predict(
    "Now the controller manager is down, too. A container crashes. Who starts it again?",
    [
        "Nobody, until the controller manager is back",
        "The kubelet of its node",
        "The scheduler, on another node",
    ],
    answer="The kubelet of its node",
    why="A restart in place needs no control plane at all. A deleted pod would need one: nobody else makes new pods.",
)

# %%
CLOCK = """
apiVersion: v1
kind: Pod
metadata:
  name: clock
spec:
  containers:
    - name: clock
      image: busybox:1.36
      args: [sh, -c, "sleep 20; exit 1"]
"""

headless = cluster.branch()
headless.apply(CLOCK)
headless.run_until("pod/clock ready")
headless.stop_component("kube-controller-manager")
headless.stop_component("kube-scheduler")

lost = next(name for name in headless.get("pods").names if name.startswith("web"))
headless.delete(f"pod/{lost}")
headless.run(25)

print(headless.get("pods"), headless.get("deployments"), sep="\n\n")
assert headless.get("pod/clock").status.container_statuses[0].restart_count == 1
assert lost not in headless.get("pods").names
assert len(headless.get("pods")) == 4, "the clock and three shops of four"
assert headless.get("deployment/web").status.ready_replicas == 4, "an old truth"
assert headless.request("web").status == 200

# %% [markdown]
# Three shops run, and the Deployment still says 4/4. A status is what a controller last wrote; it does not know that its author is away.
#
# So a cluster without a head goes on serving. It no longer heals, scales, or follows a wish. When the parts return they
# look at what is there, and catch up; nothing has to be told to them.

# %%
headless.start_component("kube-controller-manager")
headless.start_component("kube-scheduler")
back = headless.run_until(lambda c: len(c.get("pods")) == 5, timeout=60)
headless.run_until("pods ready")
print(f"{back * 1000:.0f} ms after their return the fourth shop existed; then it became ready")
assert headless.request("web").status == 200

# %% [markdown]
# (Ours needs no time to start. A real controller manager reads all objects anew first, and where there are several it waits for the
# lease of the one before; that takes seconds.)
#
# **Break it yourself.** Put the other part here, or another act, and say beforehand what you will see.

# %%
PART = "kube-controller-manager"  # or "kube-scheduler"

lab = cluster.branch()
lab.stop_component(PART)
lab.scale("deployment/web", 6)
lab.run(30)
lab.get("pods")

# %% [markdown]
# ## Several of each
#
# A part that may fail had better exist more than once. Three control planes, then, each with a controller manager and a scheduler.

# %% jupyter={"source_hidden": true}
predict(
    "There are three schedulers now. A pod needs a node. How many of them choose one?",
    [
        "One; two stand by",
        "All three, and the majority decides",
        "All three, each for a third of the pods",
    ],
    answer="One; two stand by",
    why="They elect a leader by a lease, an object in etcd with a name in it. Whoever holds it works and renews it.",
)

# %% tags=["claim:control-plane-copies", "claim:joined-for-availability"]
three = Cluster(nodes=3, control_planes=3)
three.apply(SHOP)
three.run_until("deployment/web ready")
leader = three.leader("kube-scheduler")
lease = three.get("lease/kube-scheduler", namespace="kube-system")
seconds = lease.spec.lease_duration_seconds
print(f"{leader} leads; its lease counts for {seconds} s after each renewal")

three.stop_component("kube-scheduler")  # it dies without a word
three.scale("deployment/web", 2)
took = three.run_until("deployment/web ready", timeout=60)
print(f"{three.leader('kube-scheduler')} has taken over; the new pod was ready after {took:.0f} s")
assert three.leader("kube-scheduler") not in ("", leader)
assert 10 <= took <= 25

# %% [markdown]
# The others had to wait until the lease ran out: a leader that is silent for a moment may still be writing. Every two seconds
# each of them does this:

# %%
show("leader-election")

# %% [markdown]
# ## etcd needs a majority
#
# API servers can be copied freely, for they remember nothing. etcd cannot: two copies that disagree would be worse than none.
# So its members vote. A change counts as soon as **more than half of all members** have it on disk, of all that there
# should be, not of those still alive. Any two majorities share a member, therefore no change that was confirmed can be forgotten.

# %% jupyter={"source_hidden": true}
predict(
    "Three members may lose one. How many may four lose?",
    ["One", "Two", "Three"],
    answer="One",
    why="More than half of four is three. The fourth member costs a machine and buys nothing.",
)


# %%
def majority(members: int) -> int:
    """How many have to agree."""
    return members // 2 + 1


def chance_of_losing_it(members: int, each: float) -> float:
    """That too few are up, if each is down with this chance, independently of the others."""
    too_many = members - majority(members) + 1
    ways = range(too_many, members + 1)
    return sum(comb(members, n) * each**n * (1 - each) ** (members - n) for n in ways)


print("members  majority  may fail  no majority, if each is down 1 % of the time")
for members in range(1, 8):
    lost = chance_of_losing_it(members, 0.01)
    print(f"{members:7}  {majority(members):8}  {members - majority(members):8}  {lost:.7%}")

assert [n - majority(n) for n in (1, 2, 3, 4, 5)] == [0, 0, 1, 1, 2]
assert chance_of_losing_it(2, 0.01) > chance_of_losing_it(1, 0.01)
assert chance_of_losing_it(4, 0.01) > chance_of_losing_it(3, 0.01)

# %% [markdown]
# Two members are worse than one, four worse than three. Three is what most clusters have, five what those have that want to
# lose one while another is being replaced. Seven are slower at every write, since four of them have to answer.
#
# A cut cable is decided by the same arithmetic. Three members in two rooms, two here and one there: the room with two goes on,
# the other one stops. Two and two: both stop. Two rooms can therefore never survive the loss of either; it takes three.

# %%
for here, there in ((2, 1), (2, 2), (3, 2)):
    goes_on = [side for side in (here, there) if side >= majority(here + there)]
    print(f"{here} | {there}: {'a side of ' + str(goes_on[0]) if goes_on else 'nobody'} goes on")
    assert len(goes_on) <= 1, "never both, or there would be two truths"

# %% [markdown]
# When the majority is gone, nothing can be written: no new pod, no event, no heartbeat. What runs goes on running, as you have seen above
# without controllers. A minority does not become a majority by waiting; somebody has to bring members back, or restore a
# backup into a new etcd.
#
# **What this engine does not model.** Its etcd is one store, without members, votes or a network between them, and its three
# control planes share one API server. What it does have is the other half of the promise: with a file, a change is on disk before
# anybody hears of it. So take away everything *but* the store:

# %% jupyter={"source_hidden": true}
predict(
    "All machines lose power at once, those of the control plane too. Only etcd's disk is left. What comes back?",
    [
        "Nothing: the containers are gone",
        "All objects, and after a while the same pods run again",
        "The Deployment; its pods are new ones",
    ],
    answer="All objects, and after a while the same pods run again",
    why="Pods are objects, too. Each kubelet finds its own in the API server and starts their containers again.",
)

# %%
with TemporaryDirectory() as folder:
    disk = Path(folder) / "etcd.db"
    shop = Cluster(nodes=2, store=disk)
    shop.apply(SHOP)
    shop.run_until("deployment/web ready")
    (uid,) = [pod.metadata.uid for pod in shop.get("pods")]
    shop.close()

    again = Cluster(store=disk)
    again.run(60)
    (found,) = again.get("pods")
    print(again.get("pods"))
    again.close()

assert found.metadata.uid == uid
assert found.status.container_statuses[0].restart_count == 1
show("durable-write")

# %% [markdown]
# That is why the one thing to back up is etcd, and the one disk to keep from strangers (chapter 13).
#
# > **In real life** (November 2026). Joining servers does not by itself make a cluster highly available. More workers
# > give room to the pods of a lost one. The control plane needs copies of its own, and etcd three or five members, on machines and, better, in zones that do not fail together.
# > Managed services do this part for you.
# > *Sources: etcd.io, Frequently asked questions (2025); kubernetes.io, Creating Highly Available Clusters with kubeadm.*

# %% [markdown]
# ## What it stands on
#
# Each node says what it is made of:

# %% tags=["claim:on-linux-servers", "claim:an-os-below", "claim:virtual-or-physical"]
node = cluster.get("node/node-1")
info = node.status.node_info
print(f"{info.os_image}, kernel {info.kernel_version}, {info.architecture}")
print(f"{info.container_runtime_version}, kubelet {info.kubelet_version}")
assert info.operating_system == "linux"
fields = type(info).__struct_fields__
print(f"it tells {len(fields)} things about itself, and none of them is whether it is virtual")
assert not [field for field in fields if "virtual" in field or "physical" in field]

# %% [markdown]
# Kubernetes sees processors, memory and a kubelet that answers. Whether these belong to a box under the desk or to a tenth of a server in a
# cloud makes no difference to it.
#
# Nor does the program see much of the machine. That is the promise, and it has a limit: an image is built for a
# processor. Here a pod asks for ARM, and all machines have Intel's kind.

# %% tags=["claim:homogeneous"]
PICKY = """
apiVersion: v1
kind: Pod
metadata:
  name: picky
spec:
  nodeSelector:
    kubernetes.io/arch: arm64
  containers:
    - name: shop
      image: shop:1.0-arm64
"""

cluster.apply(PICKY)
cluster.run(5)
assert not cluster.get("pod/picky").spec.node_name
why_not(cluster, "pod/picky")

# %%
cluster.add_node("pi", labels={"kubernetes.io/arch": "arm64"})
cluster.run_until("pod/picky ready", timeout=120)
assert cluster.get("pod/picky").spec.node_name == "pi"

# %% [markdown] tags=["claim:os-for-kubernetes"]
# > **In real life** (November 2026). The control plane runs on Linux; workers may also run Windows, for Windows containers.
# > "Runs anywhere on the cluster" holds where the image fits: processor, operating system, devices and taints differ, and a pod can choose.
# > CoreOS Container Linux, still named in many introductions, ended on 26 May 2020. Since 1.35 a kubelet refuses to start on a node with *cgroup v1*, the older
# > way in which Linux limits processes, unless it is told to put up with it.
# > *Sources: kubernetes.io, Windows containers in Kubernetes; Kubernetes enhancement 5573 (1.35, December 2025); flatcar.org blog, February 2020.*
#
# There are also systems made for nothing but containers.
#
# > **In real life** (November 2026). **Talos** has no shell and no SSH, only an API (1.14 of 3 September 2026 brings 1.37);
# > **Flatcar**, the heir of CoreOS, has a read-only base that is replaced as a whole (in the CNCF since 2024);
# > **Bottlerocket**, by AWS, has one variant for each version of Kubernetes (1.66 of 22 September 2026 added 1.37).
# > *Sources: release notes of siderolabs/talos and bottlerocket-os/bottlerocket (September 2026); cncf/toc pull request 991 (2024).*

# %% [markdown]
# ## Versions, and how far apart they may be
#
# Three minor releases a year, each looked after for about 14 months. So in every month there are three or four that still get repairs.

# %%
ENDS = {"1.34": "2026-10-27", "1.35": "2027-02-28", "1.36": "2027-06-28"}  # kubernetes.io/releases
today = str(cluster.now)[:10]
looked_after = [version for version, end in ENDS.items() if end > today] + ["1.37"]
print(f"on {today}: {', '.join(looked_after)}")
assert looked_after == ["1.35", "1.36", "1.37"]

# %% jupyter={"source_hidden": true}
predict(
    "The API server is at 1.37. Which kubelets may it have?",
    ["1.37 only", "1.34 to 1.37", "1.36 to 1.38"],
    answer="1.34 to 1.37",
    why="A kubelet may be up to three minor versions older than the API server, and never newer.",
)


# %%
def may_talk(api_server: str, kubelet: str) -> bool:
    """Whether this kubelet is supported with this API server."""
    older = int(api_server.partition(".")[2]) - int(kubelet.partition(".")[2])
    return 0 <= older <= 3


assert [k for k in ("1.33", "1.34", "1.36", "1.37", "1.38") if may_talk("1.37", k)] == [
    "1.34",
    "1.36",
    "1.37",
]
assert may_talk(looked_after[-1], info.kubelet_version.removeprefix("v").rpartition(".")[0])

# %% [markdown]
# Hence the order of every upgrade: API servers first, one minor version at a time; then controller managers and schedulers; then node after node.
# With a kubelet allowed to be three behind, nodes need replacing once a year and not with each release.
#
# ## How large
#
# Kubernetes is tested up to a certain size. Stay below **all** of these:
#
# | | at most |
# |---|---|
# | nodes | 5,000 |
# | pods on a node | 110 |
# | pods | 150,000 |
# | containers | 300,000 |

# %%
per_node = int(node.status.capacity["pods"].value)
print(f"{per_node} pods a node; 5,000 such nodes, all full, would be {5_000 * per_node:,} pods")
assert per_node == 110
assert 5_000 * per_node > 150_000, "the limits cannot all be reached at once"
print(f"with 5,000 nodes it is {150_000 // 5_000} pods a node on average")

# %% [markdown]
# > **In real life** (November 2026). Clusters of more nodes exist, with an etcd and an API server that were changed for it.
# > The numbers above are what the project designs for.
# > *Sources: kubernetes.io, Considerations for large clusters (1.35); Version Skew Policy; kubernetes.io/releases (looked up November 2026).*

# %% [markdown]
# ## What to remember
#
# - Nobody gives orders. Each part writes to the API server, watches there, and does what is its own.
# - etcd holds everything. It needs more than half of its members, so three bear the loss of one, and four no more than that.
# - Without a control plane, what runs goes on running; it is neither healed nor changed.
# - Copies of controllers and schedulers stand by; one leads, and a silent one is replaced when its lease has run out.
# - Upgrade the API server first. A kubelet may be three minor versions older, never newer.

# %% jupyter={"source_hidden": true}
quiz("06")
