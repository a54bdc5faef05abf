# %%
from course.lesson import (
    Cluster,
    ClusterView,
    packing,
    predict,
    quiz,
    replay,
    show,
    timeline,
    watch_traffic,
)
from kubelite.cluster.infrastructure import NodePool
from kubelite.cluster.packing import PROFILES
from kubelite.cluster.packing import compare as compare_packing
from kubelite.sim.clock import HOUR, START

# %% [markdown]
# Sarah's shop is now one of eight brands of a large group. There are a thousand containers and more, some of them
# never stop, some run for an hour at night, and somebody has to pay for it all. Nobody knows any container by name.
#
# ## A thousand containers
#
# Eight teams, 125 copies each, on sixteen large machines. The manifest is the one you know; only the numbers are larger.

# %%
SERVICE = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  replicas: {replicas}
  selector:
    matchLabels:
      app: {name}
  template:
    metadata:
      labels:
        app: {name}
    spec:
      containers:
        - name: main
          image: shop:1.0
          resources:
            requests:
              cpu: {cpu}
              memory: {memory}
"""


def service(name: str, replicas: int, cpu: str = "1", memory: str = "3500Mi") -> str:
    """A service that runs around the clock."""
    return SERVICE.format(name=name, replicas=replicas, cpu=cpu, memory=memory)


# %% jupyter={"source_hidden": true}
predict(
    "A thousand copies are declared, and none is there yet. How much virtual time until all of them are ready?",
    ["About a minute", "About ten minutes", "Over an hour"],
    answer="About a minute",
    why="Every machine starts its own share, all sixteen at the same time. What takes time is starting a container, "
    "and not deciding where.",
)

# %% tags=["claim:tens-of-thousands"]
group = Cluster(nodes=0, pools=[NodePool("group", 16, "standard-16")])
for team in range(1, 9):
    group.apply(service(f"team-{team}", 125, cpu="200m", memory="512Mi"))
group.run(60)

ready = sum(team.status.ready_replicas for team in group.get("deployments"))
print(f"After a minute {ready:,} pods are ready on {len(group.get('nodes'))} machines.")
assert ready == 1000

# %% [markdown]
# Each box is a machine, each mark in it a pod, coloured by team. In a notebook that runs you can open any of them.

# %%
ClusterView(group, title="A thousand containers", colour_by="owner")

# %% [markdown]
# > **In real life** (November 2026). A thousand is not much. One cluster is designed for up to 5,000 nodes, 150,000 pods and 300,000
# > containers, with at most 110 pods on a node. Beyond that, or to keep faults apart, companies run several clusters.
# > *Source: kubernetes.io, Considerations for large clusters (v1.35, 2025).*
#
# ### What is there, and what it costs
#
# Machines are rented by the hour, whether anybody uses them or not. The cluster knows what its pods have asked for; the rest of
# the money is idle.

# %%
print(group.cost())
assert 0.3 < group.cost().idle < 0.4
group.warnings()

# %% [markdown]
# ## One control plane for all of it
#
# No machine of the sixteen knows the others. All decisions come from a few programs, the control plane. They know every node and
# every pod, so they can do what no machine could: put back elsewhere what is lost here. Ten pods are lost below, once with the
# controllers and once without.

# %% jupyter={"source_hidden": true}
predict(
    "The controllers are switched off. What happens to the 990 pods that are still there?",
    [
        "They stop as well",
        "They go on, and nobody replaces the ten",
        "The machines replace the ten by themselves",
    ],
    answer="They go on, and nobody replaces the ten",
    why="A kubelet keeps running what it was given. To see that ten are missing, somebody has to look at all of them.",
)


# %%
def lose_ten() -> None:
    """Delete ten pods of team 1."""
    for name in group.get("pods", selector="app=team-1").names[:10]:
        group.delete(f"pod/{name}")


def team_1() -> int:
    """How many pods of team 1 are ready."""
    group.run(60)
    return group.get("deployment/team-1").status.ready_replicas


lose_ten()
print(f"With controllers: {team_1()} of 125 a minute later")

# %% tags=["claim:the-control-plane-manages"]
group.stop_component("kube-controller-manager")
lose_ten()
group.run(60)
left = len(group.get("pods", selector="app=team-1"))
print(f"Without: {left} of 125 a minute later, and {len(group.get('pods'))} pods run in all")
assert left == 115 and len(group.get("pods")) == 990

group.start_component("kube-controller-manager")
print(f"With controllers again: {team_1()} of 125")
assert team_1() == 125

# %% [markdown]
# ## Three kinds of work
#
# Not everything is a shop. On one small pool of machines there are now three kinds:
#
# - a **Deployment** that runs day and night;
# - a **CronJob** that renews the prices at each full hour;
# - a **Job** that imports a catalogue once, because somebody asked for it: twenty parts, four at a time.

# %%
PRICES = """
apiVersion: batch/v1
kind: CronJob
metadata:
  name: prices
spec:
  schedule: "0 * * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: prices
              image: busybox:1.36
              command: [sh, -c, "sleep 240"]
              resources: {requests: {cpu: "1"}}
"""
IMPORT = """
apiVersion: batch/v1
kind: Job
metadata:
  name: import
spec:
  completions: 20
  parallelism: {at_once}
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: part
          image: busybox:1.36
          command: [sh, -c, "sleep 180"]
          resources: {{requests: {{cpu: "1"}}}}
"""


def three_kinds(at_once: int = 4) -> Cluster:
    """A service around the clock, prices at each hour, and an import that begins now."""
    cluster = Cluster(nodes=0, pools=[NodePool("mixed", 4)])
    cluster.apply(service("web", 8))
    cluster.apply(PRICES)
    cluster.run(1800)
    cluster.apply(IMPORT.format(at_once=at_once))
    cluster.run_until("job/import complete", timeout=7200)
    return cluster


# %% jupyter={"source_hidden": true}
predict(
    "Twenty parts of three minutes each, four at a time. How long does the import take?",
    ["3 minutes", "A little over 15 minutes", "60 minutes"],
    answer="A little over 15 minutes",
    why="Five rounds of three minutes, and a few seconds to start each of the pods.",
)

# %% tags=["claim:ad-hoc-imports"]
mixed = three_kinds()
imported = mixed.get("job/import").status
minutes = (imported.completion_time - imported.start_time) / 60_000_000
print(f"{imported.succeeded} parts in {minutes:.1f} minutes")
print(mixed.get("jobs"))
assert imported.succeeded == 20 and imported.failed == 0
assert 15 < minutes < 17

# %% tags=["claim:services-around-the-clock", "claim:scheduled-jobs"]
mixed.run(2 * 3600)
print(mixed.get("cronjobs"))
print(mixed.get("jobs"))

web = mixed.get("pods", selector="app=web")
starts = [
    job.status.start_time.wire()[11:16]
    for job in mixed.get("jobs")
    if job.metadata.name != "import"
]
assert all(pod.status.container_statuses[0].restart_count == 0 for pod in web)
assert len(web) == 8 and starts == ["09:00", "10:00"]

# %% [markdown]
# The eight copies of the shop have been there all the time. Everything else came, did its work and went. Nobody chose a machine for
# any of it and nobody cleaned up. Here are the starts and the ends, counted from the history of the cluster:

# %% tags=["claim:on-demand"]
work = [
    step
    for step in mixed.history.changes("pods")
    if "web-" not in (step.new or step.old).metadata.name
]
began = sum(step.old is None for step in work)
done = {
    step.new.metadata.name
    for step in work
    if step.new is not None and step.new.status.phase == "Succeeded"
}
print(f"{began} pods began and {len(done)} of them have ended.")
assert began == len(done) == 20 + len(starts)

# %% [markdown]
# How does a CronJob know that it is due? It counts from the last time it started one, so a controller that was away for a while
# still finds out what it has missed. Below the code it is away for three hours; of the three starts that were due, it makes up for the last:

# %%
show("cron-due")

# %%
last = mixed.get("jobs").names[-1]
mixed.stop_component("kube-controller-manager")
mixed.run(3 * 3600)
mixed.start_component("kube-controller-manager")
mixed.run(300)
print(mixed.get("jobs"))
late = [name for name in mixed.get("jobs").names if name > last]
assert len(late) == 1, "three starts were missed, and the last of them is made up for"

# %% [markdown]
# ### Your import
#
# Change how many parts run at once. The four machines have room for sixteen pods, and eight places are taken. What do you expect of 16?
# (If it is as with 8: where were the other eight parts all the time?)

# %%
AT_ONCE = 8

yours = three_kinds(AT_ONCE).get("job/import").status
print(f"{AT_ONCE} at a time: {(yours.completion_time - yours.start_time) / 60_000_000:.1f} minutes")

# %% [markdown]
# ## The night is empty
#
# The group's web shop needs twenty pods by day and six from 22:00 to 06:00. At 01:00 begins the nightly report: 48 parts of an hour and a
# half, sixteen at a time. First the careful way: separate machines for each, so that nothing can disturb the shop.

# %%
REPORT = """
apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
spec:
  schedule: "0 1 * * *"
  jobTemplate:
    spec:
      completions: 48
      parallelism: 16
      backoffLimit: 6
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: part
              image: busybox:1.36
              command: [sh, -c, "sleep 5400"]
              resources: {requests: {cpu: "1", memory: 3500Mi}}
"""
ON_ITS_OWN = """
          nodeSelector: {for: report}
          tolerations: [{key: for, value: report, effect: NoSchedule}]
          containers:"""


def a_night(*pools: NodePool, report: str = REPORT) -> Cluster:
    """From 20:00 to 08:00; prints how full the machines are at each second hour."""
    cluster = Cluster(nodes=0, pools=pools, start=START - 12 * HOUR)
    cluster.apply(service("web", 20))
    cluster.apply(report)
    for hour in range(20, 32):
        if hour in (22, 30):
            cluster.scale("deployment/web", 6 if hour == 22 else 20)
        cluster.run(1800)
        if hour % 2:
            full = 1 - cluster.cost().idle
            print(f"{hour % 24:02}:30  {full:4.0%}  {'#' * round(full * 40)}")
        cluster.run(1800)
    print(cluster.cost())
    return cluster


shop, batch = (
    NodePool("shop", 3, "standard-8"),
    NodePool(
        "report", 2, "standard-8", labels={"for": "report"}, taints=("for=report:NoSchedule",)
    ),
)
apart = a_night(shop, batch, report=REPORT.replace("\n          containers:", ON_ITS_OWN))

# %% jupyter={"source_hidden": true}
predict(
    "The report gets no machines of its own: three are left of five. When is it done?",
    [
        "It does not fit any more",
        "Much later, in the afternoon",
        "Before the shop grows at 06:00, as before",
    ],
    answer="Before the shop grows at 06:00, as before",
    why="Six of 24 cores are taken at night. Sixteen parts at a time fit into what the shop does not need.",
)

# %%
together = a_night(shop)

# %% tags=["claim:hundreds-of-machines-cost"]
saved = 1 - together.cost().per_day / apart.cost().per_day
(report,) = together.get("jobs")
print(together.get("jobs"))
print(f"done at {report.status.completion_time.wire()[11:16]}, for {saved:.0%} less a day")
assert report.status.succeeded == 48
assert "05:" in report.status.completion_time.wire()[10:14]
assert abs(saved - 0.4) < 0.01
assert apart.get("jobs")[0].status.succeeded == 48

# %% [markdown]
# Two machines less, with the same work done in the same night. Below, both at 02:00, which is 21,600 s after 20:00. Letters and colours say whose pods they are; what is
# empty is paid for and asked for by nobody.

# %%
packing(apart, together, titles=("Apart", "Together"), at=6 * 3600)

# %% [markdown]
# One thing in it should worry you: all six pods of the shop are on one machine. When it shrank from twenty to six, the pods on the fuller
# machines went first, and two machines had one pod more than the third ([07 Declarative](07_declarative.ipynb) shows that order). Nothing evens it out
# afterwards. If that machine dies, the shop is gone for some minutes.

# %%
at_two = apart.history.at(START - 6 * HOUR)
homes = {pod.spec.node_name for pod in at_two.list("pods") if pod.metadata.name.startswith("web-")}
print(homes)
assert len(homes) == 1

# %% [markdown]
# Drag through the night, and watch the report come and go. *Branch here* lets the night go on from the moment shown without what was done
# later, and shows both runs; the new one is then `night.branches[-1]`, a cluster like any other.

# %%
night = replay(together, title="Together, from 20:00 to 08:00", at=6 * 3600)
night

# %% [markdown]
# ## When the night is too short
#
# Sharing has a risk. The data has grown, and each part now takes two hours. The report is not done at 06:00, when the shop wants its
# twenty pods back.

# %% jupyter={"source_hidden": true}
predict(
    "At 06:00 sixteen parts of the report run, and six pods of the shop. How many pods does the shop get of its twenty?",
    ["8", "20: it was there first", "20: services go before jobs"],
    answer="8",
    why="24 cores less sixteen. To the scheduler a pod is a pod: the shop's waits like any other until there is room.",
)

# %%
LONGER = REPORT.replace("sleep 5400", "sleep 7200")


def a_long_night(report: str) -> tuple[Cluster, float, int]:
    """From midnight to 10:00; when the shop wanted twenty pods, and how many it had two minutes later."""
    cluster = Cluster(nodes=0, pools=[shop], start=START - 8 * HOUR)
    cluster.apply(service("web", 6))
    cluster.apply(report)
    cluster.run(6 * 3600)
    asked_at = cluster.elapsed
    cluster.scale("deployment/web", 20)
    cluster.run(120)
    (job,) = cluster.get("jobs")
    failed = any(one.type == "Failed" for one in job.status.conditions)
    ready = cluster.get("deployment/web").status.ready_replicas
    print(f"06:02  shop: {ready} of 20 ready")
    print(f"06:02  report: {job.status.succeeded} parts done, {job.status.failed} failed", end="")
    print(", and with them the Job" if failed else "")
    cluster.run(4 * 3600 - 120)
    print(cluster.get("jobs"))
    return cluster, asked_at, ready


equal, asked_at, ready = a_long_night(LONGER)
assert ready == 8

# %%
timeline(
    equal,
    "deployment/web",
    since=asked_at - 600,
    title="The shop waits for the report",
    marks={asked_at: "20 wanted"},
)

# %%
for moment, pods in ((HOUR + HOUR // 60, 8), (HOUR - HOUR // 60, 20)):  # 06:59 and 07:01
    (web,) = equal.history.at(START - moment).list("deployments")
    assert web.status.ready_replicas == pods

# %% [markdown]
# In the figure 21,600 s are 06:00. For an hour the shop has eight pods, in the hour in which customers come. So say what matters more. A *PriorityClass* gives pods a number,
# and a pod with a higher number may push out one with a lower. Pods without a class have zero; the report gets less.

# %%
BATCH = """
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata:
  name: batch
value: -10
---
"""
LOW = BATCH + LONGER.replace(
    "restartPolicy: Never", "restartPolicy: Never\n          priorityClassName: batch"
)
pushed, asked_at, ready = a_long_night(LOW)


# %%
def pushed_out(cluster: Cluster) -> int:
    """How many pods were told that they had to make room."""
    changes = [step.new for step in cluster.history.changes("pods") if step.new is not None]
    return len(
        {
            pod.metadata.name
            for pod in changes
            if any(c.type == "DisruptionTarget" for c in pod.status.conditions)
        }
    )


print(f"{pushed_out(pushed)} pods were pushed out.")
assert ready == 20 and pushed_out(pushed) == 12 and pushed_out(equal) == 0
assert equal.get("jobs")[0].status.succeeded == 48
assert "Failed" in [one.type for one in pushed.get("jobs")[0].status.conditions]

# %% [markdown]
# The shop has its twenty pods within seconds. And the report is *dead*, for another reason than one would think. Twelve parts were
# pushed out, each counts as a failure, and after more than `backoffLimit: 6` the Job gives up: it stops the other four as well, and
# the work of the whole night is marked as failed.
#
# A part that was pushed out did nothing wrong. The Job can be told so: ignore pods that were disrupted.

# %% jupyter={"source_hidden": true}
predict(
    "With that rule, what becomes of the twelve parts that are pushed out at 06:00?",
    [
        "They are lost",
        "They go on where they were",
        "They begin again from the start, when there is room",
    ],
    answer="They begin again from the start, when there is room",
    why="The Job makes new pods for them. Nobody has kept what the old ones had done; that is why parts should be short.",
)

# %%
PATIENT = LOW.replace(
    "backoffLimit: 6",
    """podFailurePolicy:
        rules:
          - action: Ignore
            onPodConditions: [{type: DisruptionTarget}]""",
)
patient, asked_at, ready = a_long_night(PATIENT)

# %%
assert ready == 20 and pushed_out(patient) == 12
(job,) = patient.get("jobs")
assert job.status.failed == 0 and 32 < job.status.succeeded < 48
assert "Failed" not in [one.type for one in job.status.conditions]

quarter_past = patient.history.at(START - 2 * HOUR + HOUR // 4)
unplaced = [pod for pod in quarter_past.list("pods") if not pod.spec.node_name]
assert len(unplaced) == 12
made = [(pod.metadata.creation_timestamp - START) / HOUR + 2 for pod in unplaced]  # after 06:00
assert all(10 < hours * 60 < 11 for hours in made)

ClusterView(patient, title="06:15: the shop goes first", at=asked_at + 900, colour_by="owner")

# %% [markdown]
# Coloured by owner, parts that are done look like those that run; choose *state* above the picture to tell them apart. The shop goes
# first now, and the report goes on beside it on what is left: slowly, four parts at a time. That is the choice you have
# made by writing a number and a rule. The twelve new pods came ten minutes after the old ones: ignored failures do not count against the
# limit, but a Job waits after failures of any kind before it tries again.
#
# Here is how a Job judges a pod that has failed, by the rules it was given:

# %%
show("pod-failure-policy")

# %% [markdown]
# ## Fewer machines for the same pods
#
# The other place where money lies is between the pods. Fifteen copies that ask for a core each, on six machines of four cores, rented by the
# hour. An autoscaler gives back machines that are hardly asked for.

# %% jupyter={"source_hidden": true}
predict(
    "Four machines would hold all fifteen. How many does the autoscaler leave, with the scheduler's defaults?",
    ["4", "5", "6"],
    answer="6",
    why="The default spreads pods, so each machine has two or three. The autoscaler looks only at machines of "
    "which less than half is asked for.",
)


# %%
def rented(**more) -> Cluster:
    """Fifteen pods on a pool of up to six machines, half an hour later."""
    cluster = Cluster(nodes=0, pools=[NodePool("web", 6, min=1, max=6)], **more)
    cluster.apply(service("web", 15))
    cluster.autoscale_nodes()
    cluster.run(1800)
    return cluster


spread = rented()
packed = rented(profiles=(PROFILES["MostAllocated"],))
print(spread.cost())
print(packed.cost())
packing(spread, packed, titles=("Spread, the default", "Packed, on request"))

# %% tags=["claim:economical-in-large-numbers"]
print(compare_packing([("1", "3500Mi")] * 15))
assert len(spread.get("nodes")) == 6 and len(packed.get("nodes")) == 4
assert packed.cost().per_day < 0.7 * spread.cost().per_day

# %% [markdown]
# The table has a machine for each pod, to see how many are used, and the best that could be done at all; WASTE is what was used beyond that. So *economical* is not what you get
# by installing an orchestrator. It is what you get by telling it to pack, and by letting machines go.
#
# The price of packing: one machine that dies takes four copies with it, and not two or three. Spreading is the default for a reason.
#
# ### Or declare the machines
#
# Machines can be declared as well, as pods are. A plan says first what would happen:

# %%
declared = Cluster(nodes=0, pools=[NodePool("web", 6)])
declared.apply(service("web", 15))
declared.run_until("deployment/web ready")
plan = declared.plan(NodePool("web", 4))
plan

# %%
before = declared.cost().per_day
print(declared.apply_infrastructure(plan))
declared.run(60)
print(declared.cost())
print(f"${before - declared.cost().per_day:.2f} less a day")
assert len(declared.get("nodes")) == 4
assert declared.get("deployment/web").status.ready_replicas == 15

# %% [markdown]
# Two machines were emptied before they were given back, and their pods found room on the others. Which machine, which pod, in which order:
# none of that was in what you declared.

# %% [markdown] tags=["claim:easier-with-an-orchestrator"]
# Is that *easier*? It is an opinion, and most who run many containers hold it: 82 % of the organisations that use containers have Kubernetes in
# production. They also say what is hard about it, and it is not the software: the culture of their own company comes first.
# (CNCF annual survey, published 20 January 2026.) The work has become other work.

# %% [markdown]
# ## Tools are not the one who uses them
#
# What would containers alone have done? Below is what `docker run --restart=always` gives: one container on one machine, started again when it ends.
# In this engine that is a pod that somebody has put on node-1 by hand. Then four times as many customers come as it can serve.

# %%
BY_HAND = """
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels:
    app: web
spec:
  nodeName: node-1
  containers:
    - name: main
      image: shop:1.0
      ports: [{name: http, containerPort: 8080}]
      env:
        - {name: CPU_MS_PER_REQUEST, value: "200"}
      resources: {requests: {cpu: "1"}, limits: {cpu: "1"}}
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports: [{port: 80, targetPort: http}]
"""

# %% jupyter={"source_hidden": true}
predict(
    "After ten minutes of far too many customers on one of three machines: how many copies are there?",
    ["1", "3, one on each machine", "4, as many as needed"],
    answer="1",
    why="A container can be copied in a second. Somebody has to do it.",
)

# %% tags=["claim:docker-does-not-scale"]
alone = Cluster(nodes=3)
alone.apply(BY_HAND)
alone.run(10)
crowd = watch_traffic(alone, rate=20, seconds=600)
print(crowd)
print(f"{len(alone.get('pods'))} copy")
assert len(alone.get("pods")) == 1 and crowd.availability < 0.3

# %% [markdown]
# Its machine loses power. Fifteen minutes later:

# %% tags=["claim:containers-need-managing"]
alone.kill_node("node-1")
alone.run(900)
print(alone.get("pods"))
assert not [pod for pod in alone.get("pods") if pod.spec.node_name != "node-1"]

managed = Cluster(nodes=3)
managed.apply(service("web", 1))
managed.run(10)
home = managed.get("pods")[0].spec.node_name
managed.kill_node(home)
managed.run(900)
print(managed.get("pods"))
assert [pod for pod in managed.get("pods") if pod.spec.node_name not in ("", home)]

# %% [markdown]
# The first is gone for good: nobody had been told that there should be one. The second belongs to a Deployment, so it was replaced on another
# machine.
#
# > **In real life** (November 2026). "Docker does not scale" is true of `docker run`. Docker Engine also has a mode that keeps a number of copies
# > on several machines, Swarm mode. That is an orchestrator, in the same program.
# > *Source: moby/swarmkit, README (Swarm mode is part of Docker Engine since 1.12, July 2016).*

# %% [markdown]
# ## What to remember
#
# - One control plane looks after all machines. Without it everything goes on, and nothing is repaired.
# - Services, scheduled and ad-hoc work share machines: Deployment, CronJob, Job.
# - The night's empty machines are paid for. Batch work fills them, if priorities say who goes first.
# - A Job that may be pushed out needs a rule for that, and short parts.
# - Packing and giving machines back save money, when they are asked for. The default spreads.
# - Containers are the means to grow. Something has to decide when, and where.

# %% jupyter={"source_hidden": true}
quiz("03")
