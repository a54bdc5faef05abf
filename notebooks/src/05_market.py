# %% [markdown]
# Sarah wants an orchestrator. There are four that she can install herself, and three offers of others who would run one for her.
# In this chapter the same shop is opened under the rules of each of the four, and the same things break. Then we look at what
# the three offers take off her hands, and what not.

# %%
from course.lesson import ClusterView, compare, predict, quiz, show
from course.market import (
    approximations,
    crash_loop,
    join,
    load,
    managed,
    open_market,
    recovery,
    renamed,
    shop_file,
    standings,
    the_shop,
    trial,
    trials,
    where,
    without_check,
)

# %% [markdown] tags=["claim:self-managed-means-you"]
# ## One shop, four files
#
# What you install yourself is yours: the machines, their operating system, the orchestrator, its updates, the night on which
# one of them goes wrong. Four are usually named: Kubernetes, Docker Swarm, Nomad, and Mesos with its companion Marathon.
#
# Each wants to be told of the shop in its own words. The words of Kubernetes you know. This is how Nomad wants it, and how Swarm wants it
# (Marathon's file is JSON: `print(shop_file("marathon"))`):

# %%
print(shop_file("nomad"))

# %%
print(shop_file("swarm"))

# %% [markdown]
# Different words, one wish: three copies, half a core and 128 MB for each, and a question to `/healthz` every ten seconds,
# with an end put to a copy after three bad answers. This is what our engine reads in the three files that are not its own:

# %%
shops = the_shop()
for shop in shops[1:]:
    check = shop.check
    print(
        f"{shop.orchestrator:9} {shop.replicas} × {shop.image}, {shop.cpu} m, {shop.memory} MiB,",
        end=" ",
    )
    print(f"{check.http} every {check.interval:g} s, end after {check.ends}")
    assert (shop.replicas, shop.cpu, shop.memory) == (3, 500, 128)
    assert (check.http, check.interval, check.ends) == ("/healthz", 10, 3)

# %% [markdown]
# What our engine does not know of a file is not passed over in silence. `told` has it:

# %%
strange = load(shop_file("swarm").replace("    deploy:", "    cap_add: [NET_ADMIN]\n    deploy:"))
print(*strange.told, sep="\n")
assert any("cap_add" in line for line in strange.told)

# %% [markdown]
# The rules of Swarm, Nomad and Marathon are not ours. Each number of theirs is in one file with the place upstream where it stands, and
# a controller of a few lines follows them on our cluster: a kind of one's own, as in chapter 14. Here is the rule of Swarm.

# %%
show("market-swarm")

# %% [markdown]
# ## Where do copies go?
#
# Three machines, all empty. Three small applications come one after the other, one copy each.

# %% jupyter={"source_hidden": true}
predict(
    "Which of the four puts all three applications on the same machine?",
    ["None: that would be unwise", "Nomad", "Swarm", "Kubernetes"],
    answer="Nomad",
    why="Its rule is to fill a machine before it begins the next, so that others stay empty for big jobs or can be switched off. "
    "Only copies of one and the same job repel each other.",
)

# %%
placed = {}
for shop in shops:
    cluster = open_market(renamed(shop, "shop"))
    for name in ("stock", "mail"):
        join(cluster, renamed(shop, name))
    counts = [where(cluster, renamed(shop, name)) for name in ("shop", "stock", "mail")]
    placed[shop.orchestrator] = [sum(one[node] for one in counts) for node in counts[0]]
    print(f"{shop.orchestrator:11}", placed[shop.orchestrator])
assert placed["nomad"] == [3, 0, 0]
assert placed["swarm"] == placed["kubernetes"] == [1, 1, 1]

# %% [markdown]
# Kubernetes prefers the machine with more left, Swarm the one with fewer tasks, Nomad the fuller one. With Mesos it is different:
# the machines *offer* what they have, in random order, and Marathon takes the first offer that will do. So even copies of one and
# the same application may stand together.

# %%
marathon = shops[3]
cluster = open_market(marathon)
print(where(cluster, marathon))
assert max(where(cluster, marathon).values()) == 2

# %%
ClusterView(cluster, title="Marathon: two of three copies on one machine, as the offers came")

# %% [markdown]
# Who wants it otherwise has to say so. Marathon's word is `UNIQUE`:

# %%
apart = shop_file("marathon").replace(
    '"instances": 3,', '"instances": 3, "constraints": [["hostname", "UNIQUE"]],'
)
spread = where(open_market(load(apart)), load(apart))
print(spread)
assert set(spread.values()) == {1}

# %% [markdown]
# **Your turn.** Five copies on three machines, each alone: run it, and read why two of them wait. Then put `GROUP_BY` in place of
# `UNIQUE` in the cell above, and run both again.

# %%
five = load(apart.replace('"instances": 3,', '"instances": 5,'))
cluster = open_market(five, wait=False)
cluster.run(60)
print(where(cluster, five))
reasons = [event.message for event in cluster.events() if event.reason == "FailedScheduling"]
print(reasons[0] if reasons else "all five have found a place")

# %% [markdown]
# ## A container crashes
#
# From now on one customer orders each second, and we count who got nothing.

# %% jupyter={"source_hidden": true}
predict(
    "The process of one copy of three dies. Under which rules is it back first?",
    ["Kubernetes", "Swarm", "Nomad", "Marathon"],
    answer="Kubernetes",
    why="Its kubelet restarts the container in the same pod, the first time without any pause. The others pause before each start: Swarm "
    "5 s, Nomad 15 s and a bit, Marathon 1 s. And Swarm and Marathon do not count a copy in before its first good answer.",
)

# %%
crashes = trials(shops, "a container crashes")
crashes

# %%
seconds = {one.orchestrator: one.seconds for one in crashes}
assert seconds["kubernetes"] < 5 < seconds["swarm"] < 20
assert 15 <= seconds["nomad"] <= 20
assert all(one.lost <= 2 for one in crashes)

# %% [markdown]
# Swarm's sixteen seconds are its pause of five, the ten until its first question, and a start. Nomad's are its pause and a start.
# Marathon starts after one second already, and asks 15 s later for the first time; here that becomes 20 s, for our engine asks in turns of
# ten seconds.
#
# With two copies left hardly a customer noticed. That is the copies' merit, not the orchestrator's.
#
# ## It crashes again and again
#
# A version is shipped whose process exits five seconds after each start. Nobody is there to take it back.

# %% jupyter={"source_hidden": true}
predict(
    "Twenty minutes pass. Who has started it most often?",
    ["Kubernetes", "Swarm", "Nomad", "Marathon"],
    answer="Swarm",
    why="Its pause is always 5 s. The others wait longer after each failure: Kubernetes doubles its pause, Nomad doubles the one before "
    "it tries another machine, Marathon adds 15 % each time.",
)

# %%
loops = {shop.orchestrator: crash_loop(shop, seconds=1200) for shop in shops}
for name, loop in loops.items():
    pauses = " ".join(f"{pause:.0f}" for pause in loop.pauses[:8])
    print(
        f"{name:11} starts: {len(loop.starts):3}   nodes: {loop.nodes}   first pauses in s: {pauses}"
    )
starts = {name: len(loop.starts) for name, loop in loops.items()}
assert starts["swarm"] > 2 * starts["marathon"] > 2 * starts["nomad"]
assert starts["nomad"] > starts["kubernetes"]
assert loops["kubernetes"].nodes == 1 < loops["nomad"].nodes

# %% [markdown]
# A pause is the time from an end to the next start. Where each start is a new task, that is a second longer than the rule says, for the
# new one has to be made first.
#
# There are two schools. Kubernetes keeps the pod where it is and waits longer and longer. Nomad tries twice more on the spot, and
# then looks for another machine: if the first one is to blame, that helps.

# %%
show("market-nomad")

# %% [markdown]
# ## A container hangs
#
# It does not exit. It takes connections and answers none.

# %% jupyter={"source_hidden": true}
predict(
    "One copy of three hangs, and no health check was declared. When do the four notice?",
    ["Within a minute", "When memory runs out", "Never"],
    answer="Never",
    why="The process is there, so for each of them all is well. What a process does can only be known by asking it.",
)

# %%
unasked = trials([without_check(shop) for shop in shops], "a container hangs")
unasked

# %%
asked = trials(shops, "a container hangs")
asked

# %%
assert all(one.said == "nobody noticed" and one.lost >= 50 for one in unasked)
assert all(40 <= one.seconds <= 60 and one.lost <= 15 for one in asked)

# %% [markdown]
# Unasked, about a third of the orders go to the copy that hangs; how many exactly is chance. Asked: three bad answers, ten seconds apart, and then the time to stop and start: that is much the same everywhere. The orders are not.
# Nomad and Marathon send nobody to a copy after its first bad answer, Kubernetes after three (`failureThreshold` of the
# readiness probe, if you do not set it), and Swarm until the copy is stopped. A trap is in Nomad's file: without
# `check_restart` a sick task is only left out, and never restarted.
#
# ## A machine loses its power
#
# This is where they differ most.

# %% jupyter={"source_hidden": true}
predict(
    "A machine goes dark, and nobody changes any default. Who has three copies again last?",
    ["Kubernetes", "Swarm", "Nomad", "Marathon on Mesos"],
    answer="Kubernetes",
    why="It waits for 50 s of silence, and then tolerates the absence for 300 s more, in case the machine comes back. Mesos takes 75 s, "
    "Nomad 20 to 30 s, Swarm 15 s and its usual pause. All count from the last sign of life.",
)

# %% tags=["claim:swarm-self-managed", "claim:kubernetes-self-managed", "claim:nomad-self-managed", "claim:mesos-self-managed"]
dark = trials(shops, "a node loses its power")
took = {one.orchestrator: one.seconds for one in dark}
assert took["nomad"] < took["swarm"] < took["marathon"] < took["kubernetes"]
assert 345 <= took["kubernetes"] <= 356 and took["swarm"] <= 35
recovery(dark, title="A machine loses its power")

# %% [markdown]
# Look at the orders, too. Kubernetes is the last to bring the third copy, but it took the dead one off the list after 50 s. Marathon
# lost most: two of its three copies were on that machine.
#
# Below are two of the four clusters, forty seconds after the failure; the slider goes through all of it. Kubernetes still believes in
# the copy on the dark machine. Swarm has given it up and started `2.2`, the second try of the third task; the record of the
# first try stays until the machine is back.

# %%
compare(dark[0].cluster, dark[1].cluster, "Kubernetes", "Docker Swarm mode", at=100)

# %% [markdown]
# Is Kubernetes slow, then? It is patient, by default. The default is a line in the manifest:

# %%
hasty = shop_file("kubernetes").replace(
    "      containers:",
    "      tolerations:\n"
    "      - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 5}\n"
    "      containers:",
)
sooner = trial(load(hasty), "a node loses its power")
print(f"three copies again after {sooner.seconds:.0f} s, {sooner.lost} orders lost")
assert sooner.seconds < 65

# %% [markdown]
# Compare products by what they *can* do, and their defaults by what they are *for*. A hasty default replaces what was only cut
# off for a moment; a patient one leaves a gap.
#
# ### The machine comes back

# %% jupyter={"source_hidden": true}
predict(
    "Seven minutes later the machine is switched on again. Who moves a copy back to it?",
    ["Swarm, which spreads", "Kubernetes", "Nobody"],
    answer="Nobody",
    why="All four place what has no place. What runs stays where it is; the empty machine waits for the next copy.",
)

# %%
back = trials(shops, "a node comes back")
for one in back:
    print(f"{one.orchestrator:11} copies by machine: {one.said}")
assert all("0" in one.said.split() for one in back)

# %% [markdown]
# ## Ten copies, and then too many
#
# The table says how long it took, who was lost, and how the copies stand. In the last row 26 are wanted, 24 find room, and after a
# minute a fourth machine joins.

# %%
growing = trials(shops, "scaled from 3 to 10", "no room for all")
growing

# %%
assert all(one.lost == 0 for one in growing)
assert all(60 < one.seconds < 100 for one in growing if one.failure == "no room for all")
assert all(one.said == "8 8 8 2" for one in growing if one.failure == "no room for all")

# %% [markdown]
# Here they agree: what fits is started, what does not waits, and no one has to ask again. All four are *declarative* (chapter
# 07). How a copy counts as up is what the seconds differ by: Swarm and Marathon ask first and count then.
#
# What follows the rules above is our engine, not the products. Where we made it simpler:

# %%
approximations()

# %% [markdown]
# ## Where they stand
#
# Rules are one thing; who still mends them is another.

# %%
standings()

# %% [markdown]
# > **In real life** (November 2026). *Swarm*: what was called Docker Swarm first is gone; Swarm mode, a part of Docker Engine, lives on
# > and changes little. Mirantis has promised support until 2030.
# > *Sources: moby/swarmkit, issue 3175; BretFisher/awesome-swarm (looked up November 2026).*
#
# > **In real life** (November 2026). *Mesos* cannot be recommended any more: Apache retired it in 2025, and nobody mends it. What you
# > have seen of it is history, but its idea of offers is worth knowing.
# > *Source: mesos.apache.org (2025).*
#
# > **In real life** (November 2026). *Nomad* is no longer open source in the usual sense: since August 2023 it is under the Business
# > Source License. You may use it, but not sell it as a service of yours; each version becomes free after four years.
# > *Source: hashicorp/nomad, LICENSE.*
#
# ## Let others run it

# %% jupyter={"source_hidden": true}
predict(
    "Sarah takes a managed Kubernetes. Which of these stays her business?",
    [
        "Copies of etcd",
        "Certificates of the control plane",
        "Probes and requests in her manifests",
        "New versions of the scheduler",
    ],
    answer="Probes and requests in her manifests",
    why="The provider cannot know how her shop is asked whether it is well, nor what it needs. All of this chapter's hung containers would "
    "have hung there, too.",
)

# %% tags=["claim:eks", "claim:gke", "claim:doks", "claim:managed-defaults"]
offers = managed()
names = [one.name for one in offers.offers]
assert names == ["Amazon EKS", "Google GKE", "DigitalOcean Kubernetes"]
assert ("images, manifests, probes, requests", "you", "you") in offers.duties
assert [round(one.per_month) for one in offers.offers] == [73, 73, 0]
offers

# %% [markdown] tags=["claim:managed-removes-complexity"]
# > **In real life** (November 2026). It is said that a managed service takes over most of the upkeep. It takes over the control plane,
# > which is the hard part. Machines and add-ons depend on the product and on its mode: with EKS Auto Mode and GKE Autopilot machines
# > are run for you as well, otherwise you decide when they are renewed. And what is managed is not to be changed: the defaults
# > that you may set are those the provider leaves to you.
# > *Source: docs.digitalocean.com, The Managed Elements of DigitalOcean Kubernetes (2025); cloud.google.com, GKE cluster
# > architecture (looked up November 2026).*
#
# What does it cost? The control plane is the small part: a shop of three machines pays for machines.

# %%
from course.lesson import prices

listed = prices()
machines = 3 * listed.server_hour * 730
print(
    f"three {listed.server}: ${machines:.0f} a month; control plane: ${offers.offers[0].per_month:.0f} ({listed.date})"
)
assert machines > 2 * offers.offers[0].per_month

# %% [markdown]
# Against that stand three machines for a control plane of one's own (chapter 09), and the hours of somebody who knows it.

# %% [markdown] tags=["claim:three-articles"]
# ## Further reading
#
# Look at the date before you look at a ranking. Lists of tools age fast, as Mesos shows.
#
# - [IBM: What is container orchestration?](https://www.ibm.com/topics/container-orchestration) (22 October 2024)
# - [LaunchDarkly on container orchestration](https://launchdarkly.com/blog/what-is-container-orchestration-exactly-everything/) (28 April 2021)
# - [Geekflare: Container Orchestration Tools for DevOps](https://geekflare.com/container-orchestration-software/) (fourteen of them)
# - The products themselves: [Kubernetes](https://kubernetes.io), [Docker Swarm mode](https://docs.docker.com/engine/swarm/),
#   [Nomad](https://developer.hashicorp.com/nomad), [Apache Mesos](https://mesos.apache.org),
#   [EKS](https://docs.aws.amazon.com/eks/latest/userguide/what-is-eks.html),
#   [GKE](https://cloud.google.com/kubernetes-engine/docs/concepts/cluster-architecture),
#   [DigitalOcean Kubernetes](https://docs.digitalocean.com/products/kubernetes/)

# %% [markdown]
# ## What to remember
#
# - All four keep what was wished for. They differ in pauses, in patience and in where they put things.
# - Kubernetes restarts in the pod and waits long for a lost machine; Swarm replaces after a fixed pause; Nomad packs, tries on
#   the spot and then elsewhere; Marathon took offers as they came.
# - Nobody notices a hanging process unless a check was declared, and nobody moves back what runs.
# - A managed service runs the control plane. Your images, manifests, rights, data and bill stay yours.
# - Before you choose: who mends it, under which licence, until when?

# %% jupyter={"source_hidden": true}
quiz("05")
