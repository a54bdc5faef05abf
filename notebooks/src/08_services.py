# %% [markdown]
# Pods come and go, and each new one has a new address. Yet a checkout has to find a kitchen, and customers have to find a
# shop. A *Service* gives a changing set of pods one name and one address. This chapter first goes without.

# %%
from collections import Counter
from typing import Any

import yaml

from course.lesson import Cluster, predict, quiz, show, timeline

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
          readinessProbe:
            httpGet: {path: /ready, port: 8080}
            periodSeconds: 2
"""

SERVICE = """
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

FRONT = """
apiVersion: v1
kind: Pod
metadata:
  name: front
spec:
  containers:
    - name: front
      image: busybox:1.36
      args: [sleep, "100000"]
"""


def shop(replicas: int = 3, **env: Any) -> dict[str, Any]:
    """The Deployment, changed in the container."""
    deployment = yaml.safe_load(SHOP)
    deployment["spec"]["replicas"] = replicas
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    container["env"] = [{"name": name, "value": str(value)} for name, value in env.items()]
    return dict(deployment)


def customers(cluster: Cluster, seconds: int, each_second: int = 2) -> list[Any]:
    """So many customers a second; what each of them got."""
    answers: list[Any] = []
    for _ in range(seconds * each_second):
        cluster.send_request("web", "/checkout", answers.append)
        cluster.run(1 / each_second)
    cluster.run(6)
    return answers


def lost(answers: list[Any]) -> int:
    """How many did not get what they came for."""
    return sum(not answer.ok for answer in answers)


# %% [markdown]
# ## An address in a file
#
# Somebody looks up the address of a pod and writes it into the settings of the front end. It works at once.

# %%
cluster = Cluster()
cluster.apply(shop())
cluster.apply(FRONT)
cluster.run_until("deployment/web ready")
cluster.run_until("pod/front ready")
written_down = cluster.get("pods", selector="app=web")[0].status.pod_ip
answer = cluster.request(f"{written_down}:8080", "/checkout", from_pod="pod/front")
print(answer)
assert answer.ok

# %% jupyter={"source_hidden": true}
predict(
    "The pod is deleted and the Deployment makes another. What does the front end get from the address it knows?",
    [
        "An answer: the new pod takes over the address",
        "Nothing: nobody has the address any more",
        "An answer from one of the other two pods",
    ],
    answer="Nothing: nobody has the address any more",
    why="An address belongs to a pod for the pod's life. The new pod has one of its own.",
)

# %%
victim = cluster.get("pods", selector="app=web")[0]
cluster.delete(f"pod/{victim.metadata.name}")
cluster.run(60)
answer = cluster.request(f"{written_down}:8080", "/checkout", from_pod="pod/front")
print(answer)
assert not answer.ok
assert written_down not in {pod.status.pod_ip for pod in cluster.get("pods", selector="app=web")}

# %% [markdown]
# ## A name instead
#
# The Service picks its pods by label, whatever they are called. It gets an address of its own that belongs to no machine, and a name in the
# cluster's DNS.

# %% tags=["claim:names-inside", "claim:traffic-stays-inside"]
cluster.apply(SERVICE)
cluster.run(2)
print(cluster.get("services"))
answer = cluster.request("http://web/checkout", from_pod="pod/front")
print(answer)
assert answer.ok

# %% [markdown]
# How does a pod get from `web` to an address? It asks the cluster's DNS server, and it adds endings to short names, one after
# the other, until one of them is known.

# %% tags=["claim:own-dns"]
print(cluster.resolve("web", from_pod="pod/front"))

# %% jupyter={"source_hidden": true}
predict(
    "The same pod asks for a name of the internet, api.bank.example. How many questions does that take at least?",
    ["1", "4"],
    answer="4",
    why="The name has fewer than five dots, so the endings are tried first: the namespace's, the Services', the cluster's. "
    "Only then is the name taken as it stands. (Four is what ndots: 5 costs; a dot at the end of the name saves it.)",
)

# %%
cluster.outside_name("api.bank.example", "198.51.100.7")
asked = cluster.resolve("api.bank.example", from_pod="pod/front")
with_dot = cluster.resolve("api.bank.example.", from_pod="pod/front")
print(asked)
print(f"{len(asked.steps)} questions, with a dot at the end {len(with_dot.steps)}")
assert (len(asked.steps), len(with_dot.steps)) == (4, 1)

# %% [markdown]
# The list of endings stands in each pod; the engine asks for one candidate after the other, and the first answer ends the search:

# %%
show("dns-search")

# %% [markdown]
# Names across namespaces need the namespace. Two shops may both be called `web`:

# %% tags=["claim:dns-for-microservices"]
cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "staging"}})
cluster.apply(shop(1), namespace="staging")
cluster.apply(SERVICE, namespace="staging")
cluster.run(30)
ours = cluster.resolve("web", from_pod="pod/front")
theirs = cluster.resolve("web.staging", from_pod="pod/front")
print(ours.full_name, *ours.addresses)
print(theirs.full_name, *theirs.addresses)
assert ours.addresses != theirs.addresses

# %% [markdown]
# And a Service can stand for a name outside, so that the application need not know it:

# %% tags=["claim:dns-inside-and-out"]
cluster.apply(
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "bank"},
        "spec": {"type": "ExternalName", "externalName": "api.bank.example"},
    }
)
cluster.run(2)
bank = cluster.resolve("bank", from_pod="pod/front")
print(bank)
assert bank.addresses == ("198.51.100.7",)

# %% [markdown]
# From outside, the address of a Service leads nowhere. One way in is a port that every node opens for it, a *NodePort*; chapter 10
# has the others.

# %%
service_address = cluster.get("service/web").spec.cluster_ip
in_vain = cluster.request(f"{service_address}:80")
print(in_vain)
cluster.patch("service/web", {"spec": {"type": "NodePort"}})
cluster.run(2)
node_port = cluster.get("service/web").spec.ports[0].node_port
node_address = cluster.get("node/node-1").status.addresses[0].address
by_port = cluster.request(f"{node_address}:{node_port}/checkout")
print(by_port)
assert not in_vain.ok and by_port.ok

# %% [markdown]
# > **In real life** (November 2026). The DNS inside a cluster is CoreDNS, an add-on that nearly every installation brings. Names
# > that the *world* uses for your Services are another matter: a cluster writes no records at your DNS provider. An add-on
# > called ExternalDNS does, or you do.
# > *Sources: kubernetes.io, DNS for Services and Pods; kubernetes-sigs/external-dns README.*
#
# ## Who gets the customer?
#
# Behind the address stand three pods. The rules on each node choose one of them for each new connection.

# %% jupyter={"source_hidden": true}
predict(
    "Three pods, 300 customers, each with a new connection. How many does each pod get?",
    ["100 each", "About 100 each, give or take ten or so", "All of them go to the nearest pod"],
    answer="About 100 each, give or take ten or so",
    why="It is drawn by lot. There is no list that is gone through in turn, and nobody counts.",
)

# %% tags=["claim:balances-evenly"]
cluster = Cluster()
cluster.apply(shop())
cluster.apply(SERVICE)
cluster.run_until("deployment/web ready")
cluster.run(2)
shares = Counter(cluster.request("web").pod for _ in range(300))
print(*shares.values())
assert sum(shares.values()) == 300
assert all(75 <= share <= 125 for share in shares.values())
assert set(shares.values()) != {100}
show("proxy-choice")

# %% [markdown]
# > **In real life** (November 2026). One reads that a Service balances *evenly*, so that no pod is overloaded, and that it takes
# > turns. kube-proxy draws lots for each *connection*, and knows nothing of load. Its mode `nftables` has been stable since
# > 1.33; `ipvs`, which could take turns, is deprecated since 1.35.
# > *Sources: kubernetes.io, Virtual IPs and Service Proxies; Kubernetes Enhancement Proposals 3866 and 5495.*
#
# Per connection: a client that keeps one open stays with one pod, however many there are.

# %% tags=["claim:nobody-overloaded"]
line = cluster.connect("web")
kept = Counter(line.request("/checkout").pod for _ in range(100))
line.close()
print(dict(kept))
assert len(kept) == 1

# %% [markdown]
# And load does not matter. One of three pods below is slow; it gets its third all the same.

# %%
cluster = Cluster()
cluster.apply(shop(2, RESPONSE_MS=20))
slow = shop(1, RESPONSE_MS=2000)
slow["metadata"]["name"] = "web-slow"
slow["spec"]["selector"]["matchLabels"]["speed"] = "slow"
slow["spec"]["template"]["metadata"]["labels"]["speed"] = "slow"
cluster.apply(slow)
cluster.apply(SERVICE)
cluster.run(30)
answers = customers(cluster, 300)
late = [answer for answer in answers if answer.latency_ms > 1000]
print(f"{len(late)} of {len(answers)} customers waited more than a second")
assert 0.3 < len(late) / len(answers) < 0.37

# %% [markdown]
# What a Service does look at is readiness. A pod that says no to its readiness probe is left out, and a pod without room to answer in
# time will be, if the probe asks for that (chapter 20).
#
# ## More pods, fewer pods
#
# The list of pods behind a Service is an object too, the EndpointSlice. A controller keeps it up to date; the nodes follow.

# %%
cluster = Cluster()
cluster.apply(shop(3, START_SECONDS=5, DRAIN_SECONDS=2))
cluster.apply(SERVICE)
cluster.run_until("deployment/web ready")
(piece,) = cluster.get("endpointslices", selector="kubernetes.io/service-name=web")
print(sorted(address for endpoint in piece.endpoints for address in endpoint.addresses))

# %% jupyter={"source_hidden": true}
predict(
    "Customers keep coming while three pods become six, and six become two. Nobody tells the Service anything. How many are lost?",
    ["None", "Those who come while the list is being changed", "About half"],
    answer="None",
    why="A new pod is listed when it is ready. One that is to go is taken from the list, and finishes what it has begun.",
)

# %% tags=["claim:added-ones-get-traffic"]
cluster.run(5)
asked_at = cluster.elapsed
cluster.scale("deployment/web", 6)
up = customers(cluster, 30)
cluster.scale("deployment/web", 2)
down = customers(cluster, 30)
print(f"{len({answer.pod for answer in up})} pods answered while growing, {lost(up)} lost")
print(f"{len({answer.pod for answer in down[-20:]})} pods answered at the end, {lost(down)} lost")
assert lost(up) == lost(down) == 0
assert len({answer.pod for answer in up}) == 6

# %%
timeline(cluster, "deployment/web", since=asked_at - 2, title="Three, six, two, and nobody lost")

# %% [markdown]
# "Without any disruption" is true of *this* shop, because it does its part: it says when it is ready, and it finishes what it has
# begun when it is told to end. Here is one that does neither: it takes no time to drain, and nobody asks whether it is open. Twenty
# customers a second, whose pages take 0.3 s each; the numbers are changed in the middle of it.

# %% tags=["claim:removed-without-disruption"]
rude = shop(3, START_SECONDS=5, RESPONSE_MS=300)
del rude["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]
cluster = Cluster()
cluster.apply(rude)
cluster.apply(SERVICE)
cluster.run(30)
cluster.clock.after(5_000_000, cluster.scale, "deployment/web", 6)
up = customers(cluster, 30, each_second=20)
cluster.clock.after(5_000_000, cluster.scale, "deployment/web", 2)
down = customers(cluster, 30, each_second=20)
print(f"of {len(up)} each: lost while growing {lost(up)}, while shrinking {lost(down)}")
assert lost(up) > 10
assert lost(down) > 0

# %% [markdown]
# While it grew, new pods were listed five seconds before they opened. And while a pod ends, two things happen side by side: its process is told to stop, and its address is taken from the list, which
# takes a moment to reach every node. A process that stops at once cuts off those it serves, and may still be sent a customer. That is why `DRAIN_SECONDS`,
# or a `preStop` hook that sleeps a few seconds, belongs to a shop that wants to lose nobody.
#
# > **In real life** (November 2026). The older kind `Endpoints`, one object for all pods of a Service, is deprecated since 1.33:
# > read EndpointSlices. And `externalIPs` of a Service, a way to claim outside addresses, is deprecated since 1.36.
# > *Sources: kubernetes.io blog, 24 April 2025; release notes of 1.36.*
#
# ## All of them at once
#
# Sometimes a client wants all of them, to choose for itself or to speak to a certain one. A Service without an address of its own
# (`clusterIP: None`, called *headless*) answers with all of them.

# %%
headless = yaml.safe_load(SERVICE)
headless["metadata"]["name"] = "web-each"
headless["spec"]["clusterIP"] = "None"
cluster.apply(headless)
cluster.run(2)
every = cluster.resolve("web-each")
print(every)
assert len(every.addresses) == len(cluster.get("pods", selector="app=web"))

# %% [markdown] tags=["claim:feature-list"]
# ## What to remember
#
# - A pod's address dies with it. A Service has a name and an address that stay.
# - Short names are tried with endings: `web`, `web.staging`. Outside names cost extra questions unless they end with a dot.
# - One of the ready pods is drawn by lot for each connection. Load is not looked at.
# - Growing and shrinking loses nobody if the pods say when they are ready and finish what they began.

# %% jupyter={"source_hidden": true}
quiz("08")
