# %% [markdown] tags=["claim:cattle-and-pets", "claim:dedicated-servers", "claim:rebuilding-was-costly", "claim:snowflakes"]
# Sarah's first web server had a name, *blossom*, and a drawer of sticky notes about it. A package was installed by hand one night,
# a setting changed in a hurry, and nobody dared to switch it off. Such a machine is called a *snowflake*: there is none like it,
# so it can be nursed but not replaced. People also say *pet*, and *cattle* for machines that are alike. The words are famous;
# whether they are in good taste is for each to decide.
#
# Nursing costs time, and rebuilding costs more, as Martin Fowler wrote of snowflake servers in 2012. This chapter measures it, first for
# machines and then for containers.

# %%
from typing import Any

from course.lesson import (
    Cluster,
    ClusterView,
    controls,
    lanes,
    predict,
    quiz,
    show,
    timeline,
    why_not,
)
from kubelite.cluster.infrastructure import NodePool


# %%
def shop(name: str = "web", replicas: int = 3, pod: Any = None, **container: Any) -> list[Any]:
    """Deployment and Service; ``pod`` adds fields to the pod, the rest to its container."""
    image = {"name": "shop", "image": "shop:1.0", "resources": {"requests": {"cpu": "200m"}}}
    labels = {"app": name}
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [image | container], **(pod or {})},
                },
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name},
            "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": 8080}]},
        },
    ]


def customers(
    cluster: Cluster, seconds: int, each_second: int = 2, target: str = "web"
) -> list[Any]:
    """What customers got, so many each second."""
    answers: list[Any] = []
    for _ in range(seconds * each_second):
        cluster.send_request(target, "/checkout", answers.append)
        cluster.run(1 / each_second)
    cluster.run(6)
    return answers


def lost(answers: list[Any]) -> int:
    """How many did not get what they came for."""
    return sum(not answer.ok for answer in answers)


# %% [markdown]
# ## A snowflake
#
# *blossom* is a machine like the others, until somebody helps it along by hand: a label that says what it can do, and a package under
# `/opt` that the tax program needs. None of it is written down anywhere.

# %%
cluster = Cluster(nodes=0, pools=[NodePool("blossom", 1)])
cluster.patch("node/blossom-1", {"metadata": {"labels": {"tax-package": "installed"}}})
HAND = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "a-night-in-march"},
    "spec": {
        "nodeName": "blossom-1",
        "restartPolicy": "Never",
        "containers": [
            {
                "name": "by-hand",
                "image": "busybox:1.36",
                "args": ["sh", "-c", "mkdir -p /host/tax && echo version 7 > /host/tax/package"],
                "volumeMounts": [{"name": "opt", "mountPath": "/host"}],
            }
        ],
        "volumes": [{"name": "opt", "hostPath": {"path": "/opt"}}],
    },
}
cluster.apply(HAND)
cluster.run(20)
TAX = {
    "nodeSelector": {"tax-package": "installed"},
    "volumes": [{"name": "opt", "hostPath": {"path": "/opt/tax", "type": "Directory"}}],
}
mount = [{"name": "opt", "mountPath": "/tax"}]
cluster.apply(shop("tax", 1, pod=TAX, volumeMounts=mount))
cluster.run_until("deployment/tax ready")
cluster.run(5)
answers = customers(cluster, 30, target="tax")
print(f"{lost(answers)} of {len(answers)} lost")
assert lost(answers) == 0

# %% jupyter={"source_hidden": true}
predict(
    "The machine breaks. The cloud gives another of the same type at once. When does the tax program run again?",
    [
        "As soon as the new machine is Ready",
        "When somebody remembers what was done by hand",
        "As soon as the scheduler is told of the new machine",
    ],
    answer="When somebody remembers what was done by hand",
    why="The new machine is what the declaration says, and the declaration says nothing of a label or a package.",
)

# %%
broke = cluster.elapsed
cluster.kill_node("blossom-1")
cluster.replace_node("blossom-1")
cluster.run(600)
print(cluster.get("nodes"))
(pod,) = [p for p in cluster.get("pods", selector="app=tax") if not p.metadata.deletion_timestamp]
why_not(cluster, f"pod/{pod.metadata.name}")

# %% [markdown]
# Ten minutes later the machine is there, and waits for somebody's memory. In the sticky notes the label is found first:

# %%
assert not pod.spec.node_name
cluster.patch("node/blossom-2", {"metadata": {"labels": {"tax-package": "installed"}}})
cluster.run(600)
said = [e.message for e in cluster.events(f"pod/{pod.metadata.name}") if e.reason == "FailedMount"]
print(said[-1])
assert "hostPath type check failed: /opt/tax is not a directory" in said[-1]

# %% [markdown]
# And only now, another ten minutes later, does it show that the label was not all.

# %%
again = {**HAND, "metadata": {"name": "another-night"}}
again["spec"] = {**again["spec"], "nodeName": "blossom-2"}
cluster.apply(again)
cluster.run_until("deployment/tax ready", timeout=900)
snowflake = cluster.elapsed - broke
print(f"The tax program was away for {snowflake / 60:.0f} minutes.")
assert snowflake > 1200

# %% [markdown]
# ## Cattle
#
# The same program, the same accident. But what the machine has to be is declared, as a *node pool*: how many, of which type, with
# which labels. And what the program needs is in its image, not on the machine.

# %%
HERD = NodePool("herd", 1, labels={"tax-package": "installed"})
cluster = Cluster(nodes=0, pools=[HERD])
cluster.apply(shop("tax", 1, pod={"nodeSelector": {"tax-package": "installed"}}))
cluster.run_until("deployment/tax ready")
broke = cluster.elapsed
cluster.kill_node("herd-1")
plan = cluster.plan(HERD)
plan

# %% [markdown]
# A *plan* compares what is declared with what is there, and says what would have to be done. Nothing has been done yet. This one wants the
# dead machine replaced: it is not repaired, and nobody looks at what was wrong with it first. (The last line counts pools, not machines.)

# %% jupyter={"source_hidden": true}
predict(
    "The plan is applied at once. How long is the tax program away this time?",
    ["About 20 minutes again", "One or two minutes", "Not at all"],
    answer="One or two minutes",
    why="A machine boots for a minute, and the dead one is taken away. Within another minute its pod is given up, and the next "
    "one starts in seconds. Nobody has to remember anything.",
)

# %% tags=["claim:misbehaving-servers-go", "claim:rebuilt-by-commands"]
assert '-/+ machine "herd-1"' in repr(plan)
print(cluster.apply_infrastructure(plan))
cluster.run_until("deployment/tax ready")
cattle = cluster.elapsed - broke
print(f"away for {cattle:.0f} s; the snowflake for {snowflake:.0f} s")
assert cattle < 150 < snowflake
assert cluster.get("nodes").names == ["herd-2"]
assert "No changes." in repr(cluster.plan(HERD))

# %% [markdown]
# The twenty minutes are not a law: they are two people who needed ten minutes each, and somebody else's ten may be sixty. What does not
# vary is that a declaration forgets nothing.
#
# > **In real life** (November 2026). Kubernetes itself only stops using a machine that is silent. It is a cloud's repair service,
# > or a team with a plan, that takes it away and orders another.
# > *Sources: kubernetes.io, Nodes; martinfowler.com, SnowflakeServer (10 July 2012).*
#
# ## A change of machines, planned
#
# The shop itself runs on three machines, with a budget: three copies of four have to answer at any time. Now it is to get larger machines. What
# happens, and what does it cost?

# %%
POOLS = """
pools:
  - {name: shop, count: 3, machineType: standard-4}
"""
BUDGET = {
    "apiVersion": "policy/v1",
    "kind": "PodDisruptionBudget",
    "metadata": {"name": "web"},
    "spec": {"minAvailable": 3, "selector": {"matchLabels": {"app": "web"}}},
}
PAUSE = {"lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}
cluster = Cluster(nodes=0, pools=POOLS)
cluster.apply([*shop(replicas=4, **PAUSE), BUDGET])
cluster.run_until("deployment/web ready")
cluster.run(5)
print(cluster.cost())
larger = cluster.plan(POOLS.replace("standard-4", "standard-8"))
larger

# %% jupyter={"source_hidden": true}
predict(
    "All three machines are replaced while customers keep coming. How many orders are lost?",
    ["None", "A third, three times for a minute", "All, until the first new machine is there"],
    answer="None",
    why="One machine after another: the new one first, then the old one is emptied, as fast as the budget allows.",
)

# %% tags=["claim:servers-are-replaced"]
answers: list[Any] = []


def another() -> None:
    """One customer each second while the machines are replaced."""
    cluster.send_request("web", "/checkout", answers.append)
    if len(answers) < 300:
        cluster.clock.after(1_000_000, another)


another()
began = cluster.elapsed
print(cluster.apply_infrastructure(larger))
print(f"took {cluster.elapsed - began:.0f} s; {lost(answers)} of {len(answers)} orders lost")
print(cluster.cost())
assert cluster.get("nodes").names == ["shop-4", "shop-5", "shop-6"]
assert len(answers) > 100
assert lost(answers) == 0

# %%
lanes(
    cluster,
    "deployment/web",
    since=began - 10,
    title="Three machines are replaced; the budget keeps three copies up",
)

# %%
show("infrastructure-plan")

# %% [markdown]
# Your turn: change the text below as you like (another `count`, another `machineType` such as small-2 or memory-4, a second pool), and run
# the cell. A plan does nothing, so nothing can break.

# %%
MINE = """
pools:
  - {name: shop, count: 5, machineType: standard-8}
"""
mine = cluster.plan(MINE)
mine

# %% [markdown]
# To add machines in a hurry is then a matter of one number:

# %% tags=["claim:nodes-by-code"]
more = cluster.plan(POOLS.replace("standard-4", "standard-8").replace("count: 3", "count: 5"))
began = cluster.elapsed
print(cluster.apply_infrastructure(more))
print(f"two more machines after {cluster.elapsed - began:.0f} s")
assert len(cluster.get("nodes")) == 5
assert cluster.elapsed - began < 120

ClusterView(cluster, title="Five machines, none of them with a name of its own")

# %% [markdown] tags=["claim:ansible-and-terraform"]
# > **In real life** (November 2026). Terraform is the best-known tool for such plans; the signs `+`, `~` and `-/+` above are read as in
# > its plans. Since August 2023 it has been under the Business Source License, which is no open-source licence, and its licensor today is
# > IBM; OpenTofu continues the open version. Ansible, which has stayed open source, sets up machines that are already there, step by step. How many teams work like this
# > nobody has counted; in clouds, autoscalers add nodes without anybody's commit.
# > *Sources: hashicorp/terraform LICENSE (August 2023, looked up November 2026); opentofu/opentofu LICENSE (Mozilla Public License 2.0);
# > ansible/ansible COPYING (GNU General Public License 3).*
#
# ## The same for containers
#
# The tax program has a fault: it takes 91 % instead of 19 %. Three copies run. It is late, and somebody knows how to get in.

# %%
from kubelite.kubelet.images.program import Program
from kubelite.kubelet.images.registry import register

RATES = {"1.0": "0.91", "1.1": "0.19"}


class Tax(Program):
    """Reads its rate from a file of the image. Version 1.0 was built with two slips."""

    ports = (8080,)

    def start(self) -> None:
        self.files["/etc/rate"] = RATES[self.tag]

    def handle(self, request: Any) -> Any:
        if request.path == "/refund" and self.tag == "1.0":
            self.exit(1)  # a second slip
        return 200, f"rate {self.files['/etc/rate'].strip()}"


register("tax", Tax)


def rates(cluster: Cluster) -> dict[str, str]:
    """What each pod would tell a customer."""
    pods = [p for p in cluster.get("pods") if not p.metadata.deletion_timestamp]
    asked = {
        p.metadata.name: cluster.request(f"{p.status.pod_ip}:8080", node="node-1") for p in pods
    }
    return {name: answer.body for name, answer in asked.items()}


cluster = Cluster()
cluster.apply(shop("tax", image="tax:1.0"))
cluster.run_until("deployment/tax ready")
mended = cluster.get("pods").names[0]
cluster.exec(mended, "sh -c 'echo 0.19 > /etc/rate'")
print(rates(cluster))
assert sorted(rates(cluster).values()) == ["rate 0.19", "rate 0.91", "rate 0.91"]

# %% [markdown]
# One copy of three is right. Which customer pays which tax is now drawn by lot. And then somebody asks for a
# refund, which the program does not survive.

# %% jupyter={"source_hidden": true}
predict(
    "The mended container's process ends. What follows it, and with which rate?",
    [
        "A new pod, with 0.91",
        "A new container in the same pod, with 0.91",
        "The same container is started again, with 0.19",
    ],
    answer="A new container in the same pod, with 0.91",
    why="The kubelet makes a new container from the image. What was written into the old one's file system goes with it.",
)

# %% tags=["claim:misbehaving-containers-go"]
before = cluster.get(f"pod/{mended}")
cluster.request(f"{before.status.pod_ip}:8080", "/refund", node="node-1")
cluster.run(30)
after = cluster.get(f"pod/{mended}")
print("the same pod:", after.metadata.uid == before.metadata.uid)
print("restarts:", after.status.container_statuses[0].restart_count, rates(cluster)[mended])
assert after.metadata.uid == before.metadata.uid
assert after.status.container_statuses[0].restart_count == 1
assert rates(cluster)[mended] == "rate 0.91"

# %% [markdown]
# The mistake is in the image, so that is where it has to be mended: in the source, in a new version, rolled out under the eyes of all. If it
# turns out to be worse, the old version is one command away.

# %% tags=["claim:fixed-in-the-source"]
asked_at = cluster.elapsed
new = {"spec": {"containers": [{"name": "shop", "image": "tax:1.1"}]}}
patch = {"spec": {"template": new}}
cluster.patch("deployment/tax", patch, patch_type="application/strategic-merge-patch+json")
cluster.run(2)
cluster.run_until("deployment/tax ready")
cluster.run(60)
print(rates(cluster))
assert set(rates(cluster).values()) == {"rate 0.19"} and len(rates(cluster)) == 3
victim = cluster.get("pods").names[0]
cluster.delete(f"pod/{victim}")
cluster.run(60)
assert set(rates(cluster).values()) == {"rate 0.19"}, "now it lasts"

timeline(
    cluster,
    "deployment/tax",
    since=asked_at - 5,
    title="A new version replaces the old, copy by copy",
    marks={asked_at: "tax:1.1", cluster.elapsed - 60: "one deleted"},
)

# %% [markdown]
# To go in and *look* is another matter. Most images have no SSH, and many not even a shell. For them a second container with tools is put
# beside the first, into the same pod, while that goes on running.

# %% tags=["claim:seldom-a-shell-inside"]
pod = cluster.get("pods").names[0]
tools = cluster.debug(f"pod/{pod}", image="busybox:1.36", target="shop")
cluster.run(5)
answer = cluster.exec(pod, "wget -qO- http://localhost:8080", container=tools)
print(f"from {tools}:", answer.output)
assert "rate 0.19" in answer.output
assert cluster.get(f"pod/{pod}").status.container_statuses[0].restart_count == 0

# %% [markdown]
# > **In real life** (November 2026). A container that misbehaves is killed, and the one that follows is in the *same pod*; only when
# > the pod is deleted does another pod come. Nobody uses SSH for it: one runs `kubectl exec`, or `kubectl debug` where there is no shell, to
# > look and not to mend.
# > *Sources: kubernetes.io, Pod Lifecycle; Debug Running Pods.*
#
# ## What may be lost
#
# Killing is only harmless if nothing of value dies. Three programs write down an order: the first into its own file system, the second
# into an `emptyDir`, a directory that belongs to the pod, the third onto a *volume* of its own, as a StatefulSet. Then each is hit three times: its
# process ends, its pod is deleted, its machine loses power.

# %%
NOTE = "17 tea pots"


def keeper(name: str, kind: str, volume: str = "") -> Any:
    """One copy of a program that keeps notes under /notes."""
    mounts = [{"name": "notes", "mountPath": "/notes"}] if volume else []
    work = "mkdir -p /notes; trap 'exit 0' TERM; while [ ! -e /tmp/end ]; do sleep 1; done"
    command = ["sh", "-c", work]
    container = {"name": "keeper", "image": "busybox:1.36", "command": command}
    spec: dict[str, Any] = {"containers": [container | {"volumeMounts": mounts}]}
    if volume == "emptyDir":
        spec["volumes"] = [{"name": "notes", "emptyDir": {}}]
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": spec}
    body = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    if kind == "StatefulSet":
        claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
        body["serviceName"] = name
        body["volumeClaimTemplates"] = [{"metadata": {"name": "notes"}, "spec": claim}]
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": body}


KEEPERS = {
    "own-disk": keeper("own-disk", "Deployment"),
    "empty-dir": keeper("empty-dir", "Deployment", "emptyDir"),
    "volume": keeper("volume", "StatefulSet", "claim"),
}


def alive(cluster: Cluster, app: str) -> Any:
    """The pod of a keeper that runs and is not about to end, if there is one."""
    for pod in cluster.get("pods", selector=f"app={app}"):
        if not pod.metadata.deletion_timestamp and pod.status.phase == "Running":
            return pod
    return None


def process_ends(cluster: Cluster, pod: Any) -> None:
    cluster.exec(pod.metadata.name, "touch /tmp/end")
    cluster.run(30)


def pod_deleted(cluster: Cluster, pod: Any) -> None:
    cluster.delete(f"pod/{pod.metadata.name}")
    cluster.run(60)


def power_cut(cluster: Cluster, pod: Any) -> None:
    cluster.kill_node(pod.spec.node_name)
    cluster.run(60)
    cluster.delete(f"node/{pod.spec.node_name}")  # the operator: it is beyond repair
    cluster.run(540)
    cluster.start_node(pod.spec.node_name)  # another, for the next accident
    cluster.run(30)


# %% jupyter={"source_hidden": true}
predict(
    "Which notes are still there after all three?",
    [
        "All but those on the container's own disk",
        "Only those on the volume",
        "None: with the machine the disk is lost",
    ],
    answer="Only those on the volume",
    why="A container's disk goes with the container, an emptyDir with its pod. The volume is a disk of its own, attached to whichever machine the "
    "pod runs on.",
)

# %% tags=["claim:stateless-by-design", "claim:state-elsewhere", "claim:destroyable-at-any-moment"]
cluster = Cluster(nodes=3)
cluster.apply(list(KEEPERS.values()))
cluster.run(40)
kept: dict[tuple[str, str], bool] = {}
for blow in (process_ends, pod_deleted, power_cut):
    for app in KEEPERS:
        pod = alive(cluster, app)
        cluster.exec(pod.metadata.name, f"sh -c 'echo {NOTE} > /notes/orders'")
        blow(cluster, pod)
        found = cluster.exec(alive(cluster, app).metadata.name, "cat /notes/orders").output
        kept[app, blow.__name__] = NOTE in found
    print(
        f"{blow.__name__:13}",
        {app: "kept" if kept[app, blow.__name__] else "LOST" for app in KEEPERS},
    )

assert [app for app in KEEPERS if kept[app, "process_ends"]] == ["empty-dir", "volume"]
assert [app for app in KEEPERS if kept[app, "pod_deleted"]] == ["volume"]
assert [app for app in KEEPERS if kept[app, "power_cut"]] == ["volume"]
cluster.get("pvc")

# %% [markdown]
# The StatefulSet's pod came back under its own name, found its claim, and the claim led to the disk. But look at the price when the machine
# was lost: the disk was still attached there, and nobody knew whether the dead machine was writing to it.

# %%
waits = [e.message for e in cluster.events("pod/volume-0") if e.reason == "FailedAttachVolume"]
print(waits[-1])
assert "Multi-Attach error" in waits[-1]
show("detach-volume")

# %% [markdown]
# > **In real life** (November 2026). It is often said that programs in containers have to be stateless. Many are, and theirs is the
# > easier life. Databases run in clusters, too: "elsewhere" may be a volume in the same cluster. What is essential is that *nothing
# > of value is in the container*. After the loss of a machine Kubernetes waits six minutes before it detaches its disks by force.
# > *Sources: kubernetes.io, StatefulSets; Persistent Volumes.*
#
# ## Asked to stop
#
# To be killed at any time does not mean without a word. A pod that is to go has its containers asked (SIGTERM), and given 30 s. A rolling update asks
# every single copy. Twenty customers a second buy meanwhile, and each page takes 0.3 s; the shop comes in four sorts:
#
# - *abrupt*: it ends as soon as it is asked;
# - *finishing*: it takes no new customers, but serves those it has;
# - *pausing*: before it is asked, a `preStop` hook lets five seconds pass;
# - *both*.

# %% jupyter={"source_hidden": true}
predict(
    "Which of the two measures alone loses nobody?",
    ["Finishing what it has begun", "Pausing before it is asked", "Neither; it takes both"],
    answer="Pausing before it is asked",
    why="While a pod ends, its address still has to be taken off the list on every machine. Who merely finishes refuses those who are sent "
    "in that moment. Who pauses is off all lists before it is asked, and here its last pages are done by then, too.",
)


# %% tags=["claim:graceful-when-asked"]
def rollout(drain: int = 0, **container: Any) -> tuple[int, int]:
    """Orders lost, and all, while a new version replaces four copies."""
    cluster = Cluster()
    env = {"RESPONSE_MS": 300, "DRAIN_SECONDS": drain}
    variables = [{"name": name, "value": str(value)} for name, value in env.items()]
    ready = {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 1}
    cluster.apply(shop(replicas=4, env=variables, readinessProbe=ready, **container))
    cluster.run_until("deployment/web ready")
    cluster.run(5)
    new = {"spec": {"containers": [{"name": "shop", "image": "shop:2.0"}]}}
    patch = {"spec": {"template": new}}
    cluster.patch("deployment/web", patch, patch_type="application/strategic-merge-patch+json")
    answers = customers(cluster, 40, each_second=20)
    assert cluster.get("deployment/web").status.updated_replicas == 4
    return lost(answers), len(answers)


SORTS = {
    "abrupt": rollout(),
    "finishing": rollout(drain=5),
    "pausing": rollout(**PAUSE),
    "both": rollout(drain=5, **PAUSE),
}
for sort, (gone, all_of_them) in SORTS.items():
    print(f"{sort:10} {gone:3} of {all_of_them} orders lost")
assert SORTS["abrupt"][0] > SORTS["finishing"][0] > 0
assert SORTS["pausing"][0] == SORTS["both"][0] == 0

# %% [markdown]
# Five seconds of pause were enough here because a page takes a third of one. A page that takes ten needs a program that finishes it, so a
# shop that wants to be safe does both, and keeps the sum below `terminationGracePeriodSeconds`: when that has passed, whatever still runs is killed. Below, `grace` is that time and `hook` the pause; what
# the pause has `used` is missing afterwards.

# %%
show("kill-container")

# %% [markdown]
# Be ruthless yourself: kill pods, cut the power of machines, switch new ones on, and see how long the shop takes to be whole again.

# %%
playground = Cluster()
playground.apply(shop(replicas=4, **PAUSE))
playground.run_until("deployment/web ready")
controls(playground, nodes=True, chaos=True)

# %% [markdown]
# ## What to remember
#
# - What was done by hand is lost with the machine, and found missing one piece after another. What is declared comes back by itself.
# - A plan shows what would be done before it is done; machines are replaced one by one, the new one first.
# - A mended container is a snowflake. Mend the source, ship an image, and go in only to look.
# - A container's disk dies with the container, an emptyDir with its pod. What must stay lies on a volume or outside.
# - Asked to stop: first off the list, then finish what is begun, then go.

# %% jupyter={"source_hidden": true}
quiz("04")
