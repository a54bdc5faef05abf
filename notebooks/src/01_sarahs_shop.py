# %%
from statistics import fmean

from course.lesson import (
    Cluster,
    black_friday,
    compare_days,
    erlang_c,
    heat,
    money,
    open_shop,
    packing,
    parameters,
    play,
    predict,
    prices,
    quiz,
    scoreboard,
    sensitivity,
    sensitivity_grid,
    served,
    show,
    tornado,
    watch_traffic,
)
from course.story.trouble import hang_container, ready_pods

# %% [markdown]
# Sarah sells teapots on the web. One rented machine with two cores does everything. A page costs it 0.2 s of one core, and
# a visitor who has to wait longer than five seconds leaves.
#
# This chapter runs one Black Friday again and again: the same visitors each minute, the same mishaps, and each time
# another way of running servers. At the end you will know what each way costs, and how far to trust the answer.

# %%
numbers, rent = parameters(), prices()
print(f"{rent.server}: {rent.cores} cores, ${rent.server_hour} an hour (prices of {rent.date})")
print(f"One machine answers {numbers.server_rate:g} pages a second when it does nothing else.")

# %% [markdown]
# ## One server, and a queue
#
# Visitors do not come at even distances. So there is a queue long before the machine is full.

# %% jupyter={"source_hidden": true}
predict(
    "At 5 pages a second, 95 of 100 visitors have their page within 0.6 s. What is that time at 9 a second?",
    ["About 1 s", "About 3 s", "Over 10 s"],
    answer="About 3 s",
    why="Twice the visitors, five times as long: near the limit every small crowd finds a queue that is still there.",
)


# %%
def speed(rate: float, cores: int = 2) -> str:
    """What visitors feel of a machine."""
    one = served(rate, cores, numbers.cpu_seconds, numbers.patience)
    return (
        f"{one.busy:4.0%} busy   95 of 100 within {one.latency(0.95):.1f} s   {one.lost:5.1%} leave"
    )


for rate in (5, 8, 9, 9.5, 10, 12):
    print(f"{rate:>4} pages/s: {speed(rate)}")

half, near, over = (served(rate, 2, 0.2, 5) for rate in (5, 9, 12))
assert 4.5 < near.latency(0.95) / half.latency(0.95) < 5.5
assert near.lost < 0.001 and 0.16 < over.lost < 0.17

# %% [markdown]
# Up to nine hardly anybody leaves, and many wait for seconds. At twelve one visitor in six gives up. The best hour of Black Friday brings more than forty.
#
# This is all that the story knows of a server: a queue with room for as many as are willing to wait.

# %%
show("story-queue")

# %% [markdown]
# ### Black Friday on the machine as it is
#
# For the day she has rented what an ordinary day's best hour needs, a machine twice as large: four cores. Here nobody touches it.

# %% tags=["claim:one-server-is-outgrown"]
untouched = black_friday("one server", most_servers=2)
print(untouched)
best_hour = max(sample.rate for sample in untouched.ledger)
print(f"In the busiest minute {best_hour:.0f} pages a second were asked for.")

assert best_hour > 2 * 2 * numbers.server_rate
assert 0.25 < untouched.orders_lost / untouched.orders < 0.4

# %% [markdown]
# ## A bigger machine
#
# The first remedy is to make the machine bigger: stop it, choose another size, start it. Queues like that. Of machines
# that are equally busy, the larger one lets fewer visitors wait.

# %%
for cores in (2, 4, 8, 16):
    waits = erlang_c(cores, 0.8 * cores)
    print(f"{cores:>2} cores, 80% busy: {waits:.0%} have to wait")
assert erlang_c(16, 12.8) < erlang_c(2, 1.6) / 2

# %% jupyter={"source_hidden": true}
predict(
    "The machine is made bigger twice that morning. What loses the most orders?",
    [
        "It is too small for a while each time",
        "It is away for five minutes each time",
        "A process hangs in the night, and nobody is awake",
    ],
    answer="It is away for five minutes each time",
    why="One machine means that nobody is served while it is not there. In the night that lasted an hour, but "
    "few came; the two times five minutes fell into the rush.",
)

# %%
bigger = black_friday("one server")
print(bigger.story)
print()
print(bigger)


# %%
gone = [sample for sample in bigger.ledger if sample.failed >= sample.sent > 0]
night = [sample for sample in gone if sample.hour < 4]
changes = [sample for sample in gone if sample.hour >= 4]
lost_at_night = sum(sample.orders_lost for sample in night)
lost_in_changes = sum(sample.orders_lost for sample in changes)
slow = bigger.orders_lost - lost_at_night - lost_in_changes
print(f"{len(night)} minutes of the night without a shop: {lost_at_night} orders")
print(f"{len(changes)} minutes in which it was made bigger: {lost_in_changes} orders")
print(f"all the minutes in which it was too small: {slow} orders")

assert len(night) > 55 and len(changes) == 2 * numbers.bigger_minutes
assert lost_in_changes > 2 * lost_at_night > slow

# %% [markdown]
# The bigger machine is cheap. What it lacks is a second one: each change and each mishap takes the whole shop away. And sizes
# double, so the last step bought more than was needed and kept it all night. In the figure below a machine counts as many *servers*
# as it costs: one of 16 cores is paid like eight of two.

# %%
money(
    bigger,
    title="One machine, made bigger twice",
    marks={1.3: "hangs", 7.9: "8 cores", 9.9: "16 cores"},
)

# %%
assert bigger.ledger[-1].nodes == 8 > numbers.servers_for(bigger.ledger[-1].rate)

# %% [markdown]
# ## More machines, by hand
#
# The second remedy is several machines behind a load balancer. Sarah's team sets each of them up by hand: order it,
# install the shop, add its address to the list. One takes them 40 minutes.

# %% jupyter={"source_hidden": true}
predict(
    "The alarm goes off at 06:53. When does the first new machine take visitors?",
    ["About 07:05", "About 07:45", "About 08:30"],
    answer="About 08:30",
    why="Outside working hours it takes 45 minutes until somebody sits at a keyboard, ten more to understand, and "
    "then 40 for the machine.",
)

# %%
hand = black_friday("by hand")
print(hand.story)
print()
print(hand)

# %% tags=["claim:whole-servers-are-wasteful"]
added = [what for _, what in hand.log if "is in the load balancer's list" in what]
print(f"{len(added)} machines were added, {numbers.server_minutes:g} minutes of work each.")
print(
    f"People cost ${hand.people:.0f}, machines ${hand.machines:.2f}; of that ${hand.idle:.2f} stood idle."
)

assert hand.people > 20 * hand.machines
assert hand.idle > hand.machines / 2
assert hand.ledger[11 * 60].nodes < numbers.servers_for(hand.ledger[11 * 60].rate), (
    "too few at the peak"
)

# %% [markdown]
# Both at once: too few machines while they were needed, and too many afterwards. A whole machine is a large step, and
# a slow one.

# %% [markdown]
# ## Containers
#
# A container has the shop and all it needs in one image. Two things become easier. Setting up a machine is a `docker run`, so
# eight minutes and not 40. And copies are smaller than machines: several share one, up to what they ask for.

# %% tags=["claim:containers-share-a-server"]
COPY = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: {replicas}
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
          resources:
            requests:
              cpu: 500m
"""

machine = Cluster(nodes=1, cpu=str(rent.cores))
machine.apply(COPY.format(replicas=5))
machine.run(15)
placed = [pod for pod in machine.get("pods") if pod.spec.node_name]
print(f"{len(placed)} of 5 copies of half a core fit on {rent.cores} cores.")
assert len(placed) == 4

# %%
packing(machine, titles=("Four copies on one machine, one waits", ""))

# %%
boxed = black_friday("containers")
print(boxed.story)
print()
print(compare_days([hand, boxed]))

assert boxed.orders_lost < hand.orders_lost / 2
assert boxed.people < hand.people / 2

# %% [markdown]
# Less than half of the orders lost, and less than half of the handwork. Containers were worth it. But look at who did
# everything in that log: people did, one thing after another. Three burdens remain. Each can be measured.
#
# ### 1. Shrinking is slow
#
# After noon visitors become fewer, slowly at first and quickly after 20:00. At midnight one machine would do.

# %% jupyter={"source_hidden": true}
predict(
    "Seven machines stood at the peak. How many are left at midnight?",
    ["1, as many as needed", "4", "6"],
    answer="6",
    why="Nobody dares to take one away before it has been quiet for an hour. One is taken away in the afternoon; "
    "the others are needed until the evening, and at 18:00 people go home.",
)

# %% tags=["claim:shrinking-by-hand-is-slow"]
last = boxed.ledger[-1]
removed = [(minute, what) for minute, what in boxed.log if "left in the list" in what]
print(f"At midnight: {last.nodes} machines, {numbers.servers_for(last.rate)} needed.")
print(f"Taken away that day: {len(removed)}")

assert last.nodes == 6 and numbers.servers_for(last.rate) == 1
assert len(removed) == 1
needed = [numbers.servers_for(boxed.ledger[hour * 60].rate) for hour in (12, 16, 18, 20, 22)]
assert needed == [7, 6, 6, 5, 3]

# %% [markdown]
# What would a cluster do? Here is a real one, not a sum: forty pages a second for half an hour, then eight. An autoscaler
# for pods and one for machines are switched on. Nobody touches anything.


# %%
def rush(seconds: float) -> float:
    """Forty pages a second for half an hour, then eight."""
    return 40 if seconds < 1800 else 8


cluster = open_shop(numbers)
rushed = watch_traffic(cluster, rate=rush, seconds=3600, step=30)
calm = rushed[0].hour + 1800
fewer = next(sample.hour for sample in rushed if sample.hour > calm and sample.nodes < 6)
print(f"The last spare machine was given back {(fewer - calm) / 60:.0f} minutes after the rush.")

assert max(sample.nodes for sample in rushed) == 6 and rushed[-1].nodes == 3
assert 12 < (fewer - calm) / 60 < 18

money(rushed, title="A rush of half an hour, on a cluster", marks={calm: "calm"})

# %% [markdown]
# A quarter of an hour, for all of them, at any time of the night. It is that long on purpose: the pod autoscaler hesitates
# for five minutes and the machine autoscaler for ten, in case the crowd comes back. And look at the beginning: the crowd came
# from one second to the next, and for five minutes many got no answer. Machines take time to start under an orchestrator, too.

# %%
early = [sample for sample in rushed if sample.hour < rushed[0].hour + 300]
turned_away = sum(sample.failed for sample in early) / sum(sample.sent for sample in early)
print(f"In the first five minutes {turned_away:.0%} got no answer.")
assert 0.2 < turned_away < 0.5
assert rushed.failed - sum(sample.failed for sample in early) < 30

# %% [markdown]
# ### 2. Idle machines are paid for
#
# One can buy early: machines for the best hour of Black Friday, there since Thursday. On Thursday, an ordinary day, it looks
# like this.

# %% tags=["claim:idle-servers-are-paid-for"]
thursday = black_friday("containers", prepared=numbers.peak_factor, peak_factor=1)
friday = black_friday("containers", prepared=numbers.peak_factor)
print(f"Thursday: ${thursday.machines:.2f} for machines, ${thursday.idle:.2f} of it idle")
print(
    f"Friday:   ${friday.machines:.2f} for machines, ${friday.idle:.2f} of it idle, {friday.orders_lost} orders lost"
)

assert thursday.idle > 0.8 * thursday.machines
assert friday.orders_lost < boxed.orders_lost

# %% [markdown]
# It works: four orders lost. It is bought with machines of which six parts in seven do nothing on a normal day.
#
# ### 3. A broken container still gets visitors
#
# The load balancer has a list and hands out visitors in turn. It does not ask whether anybody is there. Three copies below, and
# after a minute one of them accepts connections and answers nobody. Nothing else differs between the two runs than two lines: whether
# the containers are *asked*.

# %% jupyter={"source_hidden": true}
predict(
    "Of three copies one hangs, and nobody asks. What share of the visitors gets no answer, and for how long?",
    ["None: the others take over", "A third, for some seconds", "A third, until somebody notices"],
    answer="A third, until somebody notices",
    why="From outside, a process that hangs looks like one that works. Only a question tells them apart.",
)

# %%
SHOP = """
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
        - name: shop
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
ASKED = """
          readinessProbe: {httpGet: {path: /ready, port: http}}
          livenessProbe: {httpGet: {path: /healthz, port: http}}
          resources:"""


def hang_one(manifest: str, title: str):
    """Ten minutes with six pages a second; after one minute a copy hangs."""
    cluster = Cluster(nodes=3, cpu="2")
    cluster.apply(manifest)
    cluster.run_until("deployment/web ready")
    cluster.run(20)
    hung: list[str] = []

    def rate(seconds: float) -> float:
        if seconds >= 60 and not hung:
            hung.append(ready_pods(cluster)[0])
            hang_container(cluster, hung[0])
        return 6

    return cluster, watch_traffic(cluster, rate=rate, seconds=600, step=5, title=title)


silent, unasked = hang_one(SHOP, "nobody asks")
healed, asked = hang_one(SHOP.replace("\n          resources:", ASKED), "probes ask")
money([unasked, asked], title="One of three copies hangs after a minute")

# %% tags=["claim:nobody-sees-the-broken-one"]
print(silent.get("pods"))
print(
    f"{unasked.failed:,} visitors without an answer in nine minutes, and every copy is reported as Running."
)

assert all(pod.status.phase == "Running" for pod in silent.get("pods"))
assert len(ready_pods(silent)) == 3

# %% tags=["claim:broken-ones-get-traffic"]
share = unasked[-1].failed / unasked[-1].sent
back = [sample.hour for sample in asked if sample.failed > 1]
print(
    f"Unasked: {share:.0%} fail, to the end. Asked: all is well after {back[-1] - back[0] + 5:.0f} s."
)
print(healed.get("pods"))

assert 0.3 < share < 0.37
assert asked.failed < unasked.failed / 10 and back[-1] - back[0] < 30
assert sum(pod.status.container_statuses[0].restart_count for pod in healed.get("pods")) == 1

# %% [markdown]
# In Sarah's shop it took the complaints of customers, and 30 minutes, until somebody knew. Here it took three questions, ten
# seconds apart; then the container was started again.
#
# > **In real life** (November 2026). For this one downside you need no orchestrator. The load balancers of clouds ask
# > by themselves: a target that fails its health checks gets no more requests. They do not start it again, and they do not
# > set up another. *Source: AWS, Health checks for Application Load Balancer target groups (read November 2026).*
#
# ### Be the kubelet for ten minutes
#
# Six copies; now and then one of them hangs. Ask the pods how they are and restart what does not answer; each press of a button takes
# ten seconds. Then let the kubelet do the same ten minutes, and compare. (It asks all of them every five seconds.)

# %%
game = play("kubelet")
game

# %%
rest = play("kubelet")
rest.finish()
print(f"Nobody does anything: {rest.lost} orders lost. The kubelet: {rest.rival}.")
assert rest.lost > 5 * rest.rival

# %% [markdown]
# ## An orchestrator
#
# The shop once more, declared this time: how many copies at least, how busy they should be, how to ask them, and between which
# sizes the pool of machines may vary. This is the whole of it:

# %%
show("story-cluster")

# %% jupyter={"source_hidden": true}
predict(
    "From 06:00 to 11:00, with nobody at a keyboard: how many of about 1,100 orders does the cluster lose?",
    ["None, or one or two", "About 10, as the team did", "About 100: machines need time to start"],
    answer="None, or one or two",
    why="This crowd grows over hours and not over seconds. A machine that is ordered when the others are 60 % "
    "busy is there before they are full.",
)

# %%
morning = black_friday("orchestrator", hours=(6, 11))
by_people = black_friday("containers", hours=(6, 11))
print(morning)
print(by_people)
money([by_people, morning], title="The morning of Black Friday")

# %% tags=["claim:an-orchestrator-takes-over"]
assert morning.orders_lost <= 2 < by_people.orders_lost
pods, nodes = morning.cluster.get("pods"), morning.cluster.get("nodes")
print(f"{len(nodes)} machines and {len(pods)} pods at 11:00; nobody was called.")
assert len(nodes) >= 6 and morning.people < by_people.people

# %% [markdown]
# All three burdens are off the team's list: the cluster shrinks by itself, gives machines back, and asks who is alive. How much the
# second is worth you will see below. The price is on the bill, too: half an hour of work a day for the cluster itself.
#
# > **In real life** (November 2026). None of this happens because Kubernetes is there. The autoscaler for pods has to be
# > declared and needs the metrics server, which many clusters do not have at first; the one for machines is a program
# > of its own; a pod without probes is asked nothing. `open_shop` above declares all of them.
# > *Sources: kubernetes-sigs/metrics-server, README (read November 2026); kubernetes.io, Liveness, Readiness, and Startup Probes.*
#
# ## One Black Friday, four ways
#
# A whole day on the engine takes some seconds (try `black_friday("orchestrator")`). For what follows there is a shorter form: the
# same rules, reckoned minute by minute without a cluster. First, whether it may be trusted:

# %%
reckoned = black_friday("orchestrator, reckoned", hours=(6, 11))
print(morning)
print(reckoned)
assert abs(reckoned.orders_lost - morning.orders_lost) <= 2
assert abs(reckoned.spent / morning.spent - 1) < 0.02

# %%
four = [bigger, hand, boxed, black_friday("orchestrator, reckoned")]
print(compare_days(four))
scoreboard(four)

# %%
money(four, title="The same Black Friday, four times")

# %%
cluster_day = four[-1]
assert cluster_day.orders_lost == min(day.orders_lost for day in four) <= 2
assert cluster_day.spent == min(day.spent for day in four)
assert cluster_day.machines == max(day.machines for day in four)
assert cluster_day.idle > 0.5 * cluster_day.machines

at_noon = 12 * 60
assert cluster_day.ledger[at_noon].p95 > boxed.ledger[at_noon].p95 > bigger.ledger[at_noon].p95

# %% [markdown]
# The orchestrator loses the fewest orders and costs the least. But its *machines* cost the most of all, and over half of that stands
# idle here as well: it keeps machines only 60 % busy so that there is room to grow, it hesitates before it gives one back, and the
# control plane costs ten cents an hour. What it saved was work, at an hour's wage, and orders.
#
# The panel of waiting times has another surprise: at noon the cluster answers *slower* than the others. Its pods have one core and one
# queue each, and you know by now that queues prefer one large machine to many small ones.

# %% [markdown]
# ## How far does this hold?
#
# The numbers above are assumptions, most of them. If the answer hung on one of them, it would be worth little. So each is
# tried at both ends of what is plausible, on two different days each.

# %% jupyter={"source_hidden": true}
predict(
    "Lost orders and money together: which of these can turn the result, so that containers by hand win?",
    ["Alarms answered sooner", "A smaller peak", "None of the numbers alone"],
    answer="None of the numbers alone",
    why="They change by how much, a great deal: from hundreds of dollars to tens of thousands. The sign stays.",
)

# %%
tried = (
    *("hangs_a_day", "night_minutes", "surge_factor", "ordinary_rate"),
    *("peak_factor", "complaint_minutes", "prepared", "cluster_minutes"),
)
total = sensitivity(measure="lost and spent ($)", names=tried, seeds=(7, 8))
assert total.holds
tornado(total)

# %% [markdown]
# Now leave the lost orders out and look at the bill alone: what was paid for machines and people.

# %%
costs = ("cluster_minutes", "ordinary_rate", "peak_factor", "decide_minutes", "hangs_a_day")
bill = sensitivity(measure="spent ($)", names=costs, seeds=(7, 8))
print(bill)
ends = {bar.name: (bar.at_low, bar.at_high) for bar in bill.bars}
assert [bar.name for bar in bill.bars if bill.turns(bar)] == ["cluster_minutes"]
assert max(ends["ordinary_rate"][0], ends["peak_factor"][0]) < bill.base / 4
tornado(bill)

# %% [markdown]
# That orders and bill *together* are less under an orchestrator holds for all numbers tried, one at a time. That *the bill* is less does
# not: with few visitors or a small peak next to nothing is left of it, and with four hours of work on the cluster a day people with `docker run` are cheaper.

# %% [markdown]
# ## When it is not worth its trouble
#
# Black Friday is one day. Take a third of the visitors and an ordinary day.

# %% jupyter={"source_hidden": true}
predict(
    "An ordinary day in a small shop, and nothing breaks. What does the orchestrator bring?",
    ["It still saves money", "Nothing, either way", "It costs about $30 a day more"],
    answer="It costs about $30 a day more",
    why="One small machine does it all. The cluster wants two, a control plane, and half an hour of somebody.",
)

# %%
small = parameters(ordinary_rate=2, peak_factor=1)
ways = ("one server", "containers", "orchestrator, reckoned")
uneventful = [black_friday(way, numbers=small.but(hangs_a_day=0)) for way in ways]
print(compare_days(uneventful))

single, _, clustered = uneventful
dearer = clustered.spent - single.spent
assert single.orders_lost == clustered.orders_lost == 0
assert 25 < dearer < 45


# %%
def day_of(way: str, hangs: float) -> float:
    """Lost and spent on a day in the small shop, on average over some days."""
    days = [black_friday(way, seed, numbers=small.but(hangs_a_day=hangs)) for seed in range(8)]
    return fmean(day.money_lost + day.spent for day in days)


one_hang = (day_of("one server", 2) - day_of("one server", 0)) / 2
print(
    f"The cluster costs ${dearer:.0f} a day more. A process that hangs costs a single server ${one_hang:.0f}."
)
print(f"So it pays if something hangs more often than every {one_hang / dearer:.0f} days.")
assert 7 < one_hang / dearer < 40

# %% [markdown]
# The same over two numbers at once: how often something hangs, and how many minutes of work the cluster takes each day. Negative
# fields mean: stay without it.

# %%
grid = sensitivity_grid(
    *("hangs_a_day", "cluster_minutes"),
    measure="lost and spent ($)",
    steps=3,
    seeds=(7, 8),
    numbers=small,
)
assert all(row[0] < 0 for row in grid.values) and all(row[1] > 0 for row in grid.values)
heat(grid)

# %% [markdown]
# The first column decides. If nothing ever breaks unnoticed, the orchestrator is a loss on every ordinary day, and one saved
# Black Friday does not make up for it. Here is Sarah's shop in its own size, against containers by hand:

# %%
nothing_breaks = numbers.but(hangs_a_day=0)
ordinary = nothing_breaks.but(peak_factor=1)


def saved(given) -> float:
    """Dollars that the orchestrator saves on a day against containers by hand."""
    by_hand, cluster = (black_friday(way, numbers=given) for way in ways[1:])
    return by_hand.money_lost + by_hand.spent - cluster.money_lost - cluster.spent


year = 364 * saved(ordinary) + saved(nothing_breaks)
print(
    f"Saved on Black Friday: {saved(nothing_breaks):,.0f} dollars. On an ordinary day: {saved(ordinary):,.0f}."
)
print(f"Saved in a year: {year:,.0f}.")
assert saved(nothing_breaks) > 0 > saved(ordinary)
assert year < 0

# %% [markdown]
# That surprises many: it is not the peak that pays for an orchestrator. It is the repair in an ordinary night, again and again.
# If one machine and a load balancer that asks are enough for a shop, it can wait. With many services, many machines and nights in which
# things break, it should not.
#
# ## Your own numbers
#
# Change anything. `facts()` from `course.lesson` lists all numbers with their range and unit, and `facts()["patience"]` says of one why it is so
# and who says it.

# %%
yours = {"ordinary_rate": 10, "peak_factor": 6, "container_minutes": 3, "night_minutes": 15}
print(compare_days([black_friday(way, seed=8, **yours) for way in ways]))

# %% [markdown]
# ## What to remember
#
# - Queues are long before a server is full: at 90 % busy visitors waited five times as long as at half.
# - One larger machine is cheap, and alone: whatever stops it stops the shop.
# - Containers make growing faster. Shrinking, paying and asking who is alive stay with people.
# - An orchestrator does those three when they are declared. It saves orders and work, not machines.
# - Without breakdowns and with one peak a year, it costs more than it saves.

# %% jupyter={"source_hidden": true}
quiz("01")
