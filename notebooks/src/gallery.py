# %% [markdown]
# # The gallery: every view once
#
# One small story, and each way there is to look at it, with the line that makes it. The way back is the
# [overview](00_welcome.ipynb); what a view means for the shop is told in the chapters.
#
# Run all cells first (*Run > Run All Cells*): the live views then answer to mouse and keyboard. Before that you see what was saved
# of them.

# %% [markdown]
# ## The story
#
# Sarah's shop runs on four machines in two zones. It gets a new version, and then a rush of customers. One machine loses its power;
# in a branch of the same run it does not. At the end she takes a machine out of service and asks for more pods than have room.

# %%
from course.lesson import (
    Cluster,
    ClusterView,
    black_friday,
    compare,
    controls,
    glossary,
    graph,
    heat,
    lanes,
    manifest_diff,
    message_flow,
    money,
    packing,
    play,
    predict,
    quiz,
    replay,
    replicas_slider,
    scheduling,
    scoreboard,
    sensitivity,
    sensitivity_grid,
    show,
    timeline,
    tornado,
    watch_traffic,
    why,
    why_not,
)

# %%
POOLS = [
    {"name": "web-a", "count": 2, "zone": "region-1a"},
    {"name": "web-b", "count": 1, "zone": "region-1b"},
    {
        "name": "batch",
        "zone": "region-1b",
        "labels": {"team": "batch"},
        "taints": ["team=batch:NoSchedule"],
    },
]
SHOP = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 6
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, tier: front}}
    spec:
      containers:
      - name: shop
        image: shop:1.0
        ports: [{name: http, containerPort: 8080}]
        env: [{name: CPU_MS_PER_REQUEST, value: "10"}]
        resources: {requests: {cpu: 500m, memory: 256Mi}, limits: {cpu: 500m, memory: 512Mi}}
        readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 5}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: report}
spec:
  template:
    spec:
      restartPolicy: Never
      tolerations: [{key: team, operator: Exists}]
      nodeSelector: {team: batch}
      containers:
      - {name: report, image: busybox:1.36, command: [sleep, "20"], resources: {requests: {cpu: "1"}}}
"""
cluster = Cluster(nodes=0, pools=POOLS)
cluster.apply(SHOP)
cluster.run(40)
cluster.kubectl("set image deployment/web shop=shop:1.1")
cluster.run(20)
rush = watch_traffic(cluster, rate=lambda second: 40 + 6 * second, seconds=60, title="A rush")
power_cut = cluster.elapsed
cluster.kill_node("web-a-1")
watch_traffic(cluster, rate=100, seconds=60)
cluster.run(320)
calm = cluster.branch(at=power_cut - 1)
calm.run(cluster.elapsed - calm.elapsed)
cluster.cordon("web-b-1")
cluster.scale("deployment/web", 12)
cluster.run(15)
pod = "pod/" + next(p.metadata.name for p in cluster.get("pods") if p.spec.node_name == "web-a-2")
waiting = "pod/" + next(p.metadata.name for p in cluster.get("pods") if not p.spec.node_name)
cluster.get("pods")

# %% [markdown]
# ## The cluster
#
# Nodes as boxes, pods as tiles; zones and pools stand together, and badges say what keeps pods off a node. Point at something to
# read about it; click or press Enter to open its YAML, events, logs and story.

# %%
ClusterView(cluster, title="The shop after the power cut")

# %% [markdown]
# The same by owner. There are "state", "phase", "readiness", "owner" and "namespace"; the live view has a list for it.

# %%
ClusterView(cluster, title="Who owns what", colour_by="owner")

# %%
ClusterView(cluster, title="Phases", colour_by="phase", at=3.0)

# %%
ClusterView(cluster, title="Who is ready", colour_by="readiness")

# %%
ClusterView(cluster, title="Namespaces", colour_by="namespace")

# %% [markdown]
# Tiles shrink until everything fits: 400 pods on 30 nodes.

# %%
crowd = Cluster(nodes=30, cpu="16")
crowd.apply(SHOP.replace("replicas: 6", "replicas: 400"))
crowd.run(30)
ClusterView(crowd, title="A crowd")

# %% [markdown]
# ## Time
#
# `replay` plays what was kept: space plays, arrows step, the slider scrubs. "Branch here" asks what would have been.

# %%
replay(cluster, title="The shop", at=100.0)

# %% [markdown]
# `cluster.branch(at=...)` is the same run up to a moment, without what you did after it. `compare` sets two runs on one slider.

# %%
compare(cluster, calm, "With the power cut", "Without it", at=500.0)

# %% [markdown]
# ## Why
#
# `why` is the chain of causes back to your own edit, `why_not` what keeps a pod from being ready.

# %%
why(cluster, pod)

# %%
why_not(cluster, waiting)

# %% [markdown]
# `cluster.story` is the same as plain text; `show` is the code behind a step, by its anchor.

# %%
print(cluster.story("job/report"))

# %%
show("endpoint-conditions")

# %% [markdown]
# ## Timelines

# %%
timeline(cluster, "deployment/web", marks={power_cut: "power cut"})

# %%
lanes(cluster, "deployment/web", until=140.0, marks={40.0: "new version", power_cut: "power cut"})

# %%
manifest_diff(cluster, "deployment/web", old=1, new=2)

# %% [markdown]
# ## The scheduler
#
# Each node with its refusal or its scores, the winner, and what would have changed the outcome.

# %%
scheduling(cluster, waiting)

# %%
scheduling(cluster, pod)

# %%
packing(cluster)

# %%
packing(cluster, calm, titles=("with the power cut", "without it"))

# %% [markdown]
# ## Graphs

# %%
graph(cluster)

# %%
graph(cluster, of="services")

# %%
graph(cluster, of="labels")

# %%
message_flow(cluster, about="job/report")

# %% [markdown]
# ## Customers and money

# %%
money(rush, title="A rush, and nobody scales")

# %%
days = [
    black_friday(name) for name in ("one server", "by hand", "containers", "orchestrator, reckoned")
]
money(days, title="Four ways through Black Friday")

# %%
scoreboard(days)

# %%
tornado(
    sensitivity(names=("peak_factor", "night_minutes", "prepared", "engineer_hour"), seeds=(7,))
)

# %%
heat(sensitivity_grid("peak_factor", "night_minutes", steps=4))

# %% [markdown]
# ## Things to drag
#
# Each act prints the kubectl command that does the same. The slider below has a cluster of its own.

# %%
small = Cluster(nodes=2)
small.apply(SHOP)
small.run(30)
replicas_slider(small, "deployment/web", max=12)

# %%
controls(calm, traffic=True, nodes=True, probes=True, chaos=True)

# %% [markdown]
# ## In somebody's place

# %%
play("scheduler")

# %%
play("kubelet")

# %% [markdown]
# ## Words and questions

# %%
glossary(cluster, "cluster", "node", "pod", "Deployment", "Service")

# %%
predict(
    "A machine loses its power. After how long is its pod made anew elsewhere?",
    ["At once", "After about a minute", "After almost six minutes"],
    answer="After almost six minutes",
    why="50 s of silence until the node is unreachable, then 300 s of grace for its pods.",
)

# %%
quiz("07")
