# %% [markdown] tags=["claim:orchestration-first", "claim:story-of-a-shop", "claim:what-you-can-describe"]
# Sarah sells teapots on the web. On most days one server is enough, on Black Friday ten are too few, and
# at three in the morning nobody is awake to restart the one that hangs.
#
# **Kubernetes** is the colleague who is always awake. You tell it what should be running; it compares
# that with what is running, and acts on the difference. The first half of this page shows that whole idea in five
# minutes; the second half is for trying it out, and ends with where to go from here.
#
# ### How to use this page
#
# All you need is what you have open. There is no account to make and nothing to install, no container runs on your computer, and nothing here costs money.
#
# - Text and *cells* with code take turns. Click on the first cell and press **Shift+Enter**: it runs, and the next one is chosen. Go on like that to the end. (*Run > Run All Cells* does it in
#   one go, but you would miss the questions.)
# - Where there is a **question**, answer it before you run what follows. A wrong guess is worth more than a right one that you read.
# - Change whatever you like. *Kernel > Restart Kernel* makes everything as new.
# - Lines that begin with `assert` check what the text says. If you run a cell twice or change a number, one may end in an
#   *AssertionError*, or something is *not found*: your cluster has gone another way than the text. Nothing is broken; begin again at the
#   first cell of the section, or restart.
#
# The pictures that you see before a cell has run were saved; once it has run they are live. If you read this on the web and cannot
# run it: download the project, open a terminal in its folder, and type `make lab` (on a computer with Python 3.11 or newer; the README has the words for Windows).

# %% [markdown]
# ## A cluster in one cell
#
# A *cluster* is a group of machines, called *nodes*, that work as one. The one below has three. It is not a
# drawing of Kubernetes: the same components do the same work, in the same order, with the same numbers.
# Only the machines and the clock are simulated, so an hour passes when you say so and not before.

# %%
from course.lesson import (
    Cluster,
    ClusterView,
    compare,
    predict,
    progress,
    quiz,
    replicas_slider,
    review,
    show,
    timeline,
    why,
)

cluster = Cluster(nodes=3)
ClusterView(cluster, title="Sarah's cluster, live", follow=True)

# %% [markdown]
# At first nothing runs on it. This view is live: after every cell you run, it shows the cluster as it then stands.
# The views further down show the moment they were made. Point at a box to read about it, or press Tab to reach
# a view and the arrow keys to go from pod to pod.

# %% [markdown]
# ## Say what you want
#
# A *manifest* is a wish in writing. This one asks for two copies of the web server nginx. It says nothing
# about how to start them, or where.

# %%
manifest = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: nginx-deployment
spec:
  selector:
    matchLabels:
      app: nginx
  replicas: 2 # tells deployment to run 2 pods matching the template
  template:
    metadata:
      labels:
        app: nginx
    spec:
      containers:
        - name: nginx
          image: nginx:1.14.2
          ports:
            - containerPort: 80
"""

deployment = cluster.apply(manifest)
seconds = cluster.run_until("deployment/nginx-deployment ready")
print(f"Two pods were ready after {seconds:.1f} s of virtual time.")
cluster.get("pods")

# %% [markdown]
# Each copy lives in a *pod*, the smallest thing that Kubernetes starts. The scheduler put them on two
# different nodes, because it prefers the emptier one.

# %%
ClusterView(cluster, title="Two pods run")

# %% tags=["claim:nginx-manifest"]
pods = cluster.get("pods")
assert len(pods) == 2
assert len({pod.spec.node_name for pod in pods}) == 2

# %% [markdown]
# ## Break a pod

# %% jupyter={"source_hidden": true}
predict(
    "You delete one of the two pods. What will be there a few seconds later?",
    [
        "One pod: the deleted one is gone",
        "Two pods: the deleted one came back under its old name",
        "Two pods: the other one and a new one with a new name",
    ],
    answer="Two pods: the other one and a new one with a new name",
    why="The wish still says two. A pod that is gone stays gone; a new one is made in its place.",
)

# %%
pods = cluster.get("pods")
lost = pods[0]
cluster.delete(f"pod/{lost.metadata.name}")
cluster.run(10)
cluster.get("pods")

# %% [markdown]
# Why is there a new one? Every change in this cluster remembers what caused it. `why` goes backwards in time, from cause to cause,
# and ends at your own deletion.

# %% tags=["claim:kubernetes-orchestrates"]
(new,) = [pod for pod in cluster.get("pods") if pod.metadata.name not in pods.names]
assert new.metadata.uid != lost.metadata.uid
assert lost.metadata.name not in cluster.get("pods").names

why(cluster, f"pod/{new.metadata.name}")

# %% [markdown]
# Read it from the bottom. Nobody gave anybody an order: each of them noticed a difference and did its own small part.

# %% [markdown]
# ## Break a machine
#
# Now pull the plug of a node that runs one of the pods. Nobody tells the cluster; it has to find out.

# %% jupyter={"source_hidden": true}
predict(
    "How long until a new pod runs in place of the one on the dead node?",
    ["A few seconds", "About a minute", "Almost six minutes"],
    answer="Almost six minutes",
    why="After 50 s of silence the node counts as unreachable, and then its pods have 300 s of grace: "
    "a short break in the network should not make the cluster start everything anew.",
)

# %%
victim = new.spec.node_name
power_cut = cluster.elapsed
cluster.kill_node(victim)
cluster.run(60)
print(f"{cluster.elapsed - power_cut:.0f} s after the power cut")
cluster.get("nodes")

# %%
healed = cluster.run_until(
    lambda c: sum(p.spec.node_name != victim for p in c.get("pods")) == 2, timeout=600
)
cluster.run(30)
print(f"The replacement was placed {60 + healed:.0f} s after the power cut.")
ClusterView(cluster, title="After the power cut")

# %%
assert 340 <= 60 + healed <= 370
timeline(
    cluster,
    "deployment/nginx-deployment",
    title="Two pods wanted, through a lost pod and a lost machine",
    marks={power_cut: "power cut"},
)

# %% [markdown]
# The dashed line never moved: you wanted two pods all along. The green line is what the cluster managed,
# and all of the work of Kubernetes is to keep the second line on the first.
#
# **That is the whole idea.** Everything else in this course is about how it is done, what it costs, and where it ends.
#
# ## Ask what would have been
#
# Almost six minutes seem long. Why so patient? On a simulated cluster you can go back to the moment before the power cut and let
# things take another turn: `branch` is the same past with a future of its own.

# %% jupyter={"source_hidden": true}
predict(
    "This time somebody plugs the machine in again after 30 seconds. How many new pods are made?",
    ["None", "One, as before", "Two"],
    answer="None",
    why="30 s are less than the 50 s of silence that it takes. The machine comes back and starts its old pod again.",
)

# %%
other = cluster.branch(at=power_cut)
other.kill_node(victim)
other.run(30)
other.start_node(victim)
other.run(cluster.elapsed - other.elapsed)

kept = other.get(f"pod/{new.metadata.name}")
assert kept.metadata.uid == new.metadata.uid
assert kept.status.container_statuses[0].restart_count == 1
assert len(other.get("pods")) == 2

compare(cluster, other, title_a="the first run", title_b="the second run")

# %% [markdown]
# In the second run the power came back. Drag the handle through time and watch both at once. Most outages are short, and a cluster that panics after ten seconds would replace half its pods
# for each of them. Patience is a setting; chapter 09 is about choosing it.
#
# ## Your turn
#
# Drag the slider. You say how many; nodes, names and order are none of your business. Then think of something to
# break: the empty cell below is yours. `cluster.kill_node("node-1")`, `cluster.add_node()`, `cluster.scale("deployment/nginx-deployment", 7)` and `cluster.run(60)` are good beginnings,
# and the live view at the top of the page shows what comes of it.

# %%
replicas_slider(cluster, "deployment/nginx-deployment", max=12)

# %%
# Your own cell.

# %% [markdown]
# ## The code that runs
#
# Nothing on these pages is hidden. `show` prints a piece of the engine's own code by its name; chapters use it where
# the code says it shorter than words. This is how the two pods were counted: what the controller of ReplicaSets decides,
# each time something changes.

# %%
show("replicaset-plan")

# %% [markdown]
# > **In real life** (November 2026). Four of five organisations that use containers run Kubernetes in production, and what
# > they find hardest is not the technology but working together differently.
# > *Source: CNCF annual survey, 20 January 2026 (82 % of 628).*

# %% [markdown]
# ## What to remember
#
# - You write down what there shall be; components compare it with what is there, and act on the difference.
# - A pod that is lost is replaced by a new one. A machine that is silent is given time first.
# - Every change remembers its cause: ask `why`. Every moment can be gone back to: `branch`, then `compare`.

# %% jupyter={"source_hidden": true}
quiz("00")

# %% [markdown]
# ## How far you are
#
# What you have done is kept in a file beside these notebooks, on this computer only. Run the next cell whenever you like to see
# it and what comes next; `progress.reset()` forgets it all. Questions that you missed, in any chapter, come back in the
# cell after it.

# %%
progress

# %% jupyter={"source_hidden": true}
review()

# %% [markdown]
# ## Where to go from here
#
# The list below is the whole course. In order it tells one story, from Sarah's single server to Black Friday. If you are in a hurry: 07 is the heart of
# Kubernetes, 06 its anatomy, 09 its limits, 17 its tools. After a chapter, its exercises (the folder `exercises` beside this one) are judged on what a cluster
# does, not on what you type. What the simulated cluster leaves out is written down in `docs/fidelity.md`.
