# %% [markdown]
# Containers come and go as the wish says, and each must be reachable from the first moment. In Sarah's old shop somebody kept a list of
# addresses in a file and a drawing of the cables. This chapter looks at who does that work now: who starts and stops, who gives out
# addresses, what a packet meets on its way, and how to forbid what must not talk.

# %%
from typing import Any

from course.lesson import (
    Cluster,
    controls,
    graph,
    message_flow,
    predict,
    quiz,
    show,
    timeline,
)


# %%
def app(
    name: str, replicas: int = 1, image: str = "shop:1.0", type: str = "ClusterIP"
) -> list[Any]:
    """A Deployment and its Service."""
    labels = {"app": name}
    container = {
        "name": "main",
        "image": image,
        "env": [{"name": "DRAIN_SECONDS", "value": "2"}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}, "periodSeconds": 1},
    }
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name},
            "spec": {
                "type": type,
                "selector": labels,
                "ports": [{"port": 80, "targetPort": 8080}],
            },
        },
    ]


def pod_of(cluster: Cluster, name: str) -> Any:
    """The first pod of an application."""
    return cluster.get("pods", selector=f"app={name}")[0]


# %% [markdown]
# ## Started and stopped by a wish
#
# To *provision* used to mean to order a machine and wait. For containers it means to write another number.

# %%
cluster = Cluster()
cluster.apply(app("web", replicas=2))
cluster.run_until("deployment/web ready")
cluster.run(5)

# %% jupyter={"source_hidden": true}
predict(
    "Two copies run. You write 5, and half a minute later 1. How many starts and stops did you order?",
    ["Three starts and four stops", "None", "Two: one for each number"],
    answer="None",
    why="You wrote two numbers. What has to be started and stopped to get there is worked out each time from what is there.",
)

# %% tags=["claim:starts-and-stops", "claim:scaling-is-telling"]
asked_at = cluster.elapsed
before = set(cluster.get("pods").names)
print(cluster.kubectl("scale deployment/web --replicas=5").text, end="")
cluster.run(30)
five = set(cluster.get("pods").names)
print(cluster.kubectl("scale deployment/web --replicas=1").text, end="")
cluster.run(40)
one = set(cluster.get("pods").names)
print(f"{len(five - before)} started, then {len(five - one)} stopped")
assert cluster.get("deployment/web").spec.replicas == 1
assert (len(five), len(one)) == (5, 1)
assert before < five and one < five
timeline(
    cluster, "deployment/web", since=asked_at - 5, title="Two, five, one: two numbers were written"
)

# %% [markdown]
# Even none is a number: the Deployment stays, with its Service and its name, and costs no container. Who did what after that write:

# %%
cluster.scale("deployment/web", 0)
cluster.run(40)
assert cluster.get("pods").names == []
assert cluster.get("deployment/web").status.replicas == 0
message_flow(cluster, about="deployment/web", title="A nought is written, and the last pod ends")

# %% [markdown]
# ## Three kinds of addresses
#
# Now to where they live. Every cluster has addresses of three kinds: of machines, of pods and of Services.

# %% jupyter={"source_hidden": true}
predict(
    "A machine joins the cluster. Who gives the machine itself its address?",
    [
        "Kubernetes, when the machine registers",
        "Nobody in the cluster: it brings one from its own network",
        "The network plugin",
    ],
    answer="Nobody in the cluster: it brings one from its own network",
    why="A machine that had no address could not have called the API server. What the cluster gives it is a range for its pods.",
)

# %% tags=["claim:addresses-for-nodes", "claim:own-networks"]
cluster = Cluster()
cluster.apply(app("web", replicas=3))
cluster.apply(app("db"))
cluster.run_until("deployment/web ready")
cluster.run_until("deployment/db ready")
cluster.run(5)
for node in cluster.get("nodes"):
    address = node.status.addresses[0].address
    pods = [p.status.pod_ip for p in cluster.get("pods") if p.spec.node_name == node.metadata.name]
    print(
        f"{node.metadata.name}  machine {address}  range for pods {node.spec.pod_cidr}  pods {pods}"
    )
    assert all(ip.startswith(node.spec.pod_cidr.rpartition(".")[0]) for ip in pods)
for service in cluster.get("services"):
    print(f"Service {service.metadata.name:10} {service.spec.cluster_ip}")

who: dict[str, str] = {}
for step in cluster.history.changes("nodes"):
    node = step.new
    if node.metadata.name == "node-1":
        component = cluster.history.component_of(step.revision)
        who.setdefault("address of the machine", component)
        if node.spec.pod_cidr:
            who.setdefault("range for its pods", component)
for what, component in who.items():
    print(f"{what}: written by {component}")
assert who == {
    "address of the machine": "kubelet/node-1",
    "range for its pods": "node-ipam-controller",
}

# %% [markdown]
# The machine wrote its own address into the list. The *node IPAM controller* (IP address management) gave it a range for its pods, /24, which no other
# node has. A pod's address is taken from its node's range before its first container starts; a Service's address comes from a range of its own, and the API server
# itself picks it while it accepts the Service:

# %%
show("service-allocation")

# %% [markdown]
# > **In real life** (November 2026). One reads that Kubernetes creates networks and gives addresses to nodes. It gives addresses to *pods
# > and Services*. Machines have theirs from their data centre or cloud; and the networks themselves are made by a plugin. Where the
# > ranges lie is a matter of the installation: kubeadm asks for the pods' range and takes 10.96.0.0/12 for Services.
# > *Sources: kubernetes.io, Cluster Networking; kubeadm init.*
#
# ### What Kubernetes does not do
#
# Kubernetes says what must be so: every pod has an address, and reaches every other pod by it. It does not say how. A *network plugin* (CNI) makes it
# true, with bridges and routes, a tunnel, or programs in the kernel. Below is a cluster in which nobody hands out ranges, so that the plugin has nothing to begin with.

# %% jupyter={"source_hidden": true}
predict(
    "A machine without a pod network joins, and the shop is applied. What happens?",
    [
        "Pods run, but cannot reach each other",
        "Nothing runs: the machine does not become Ready",
        "Pods share the machine's own address",
    ],
    answer="Nothing runs: the machine does not become Ready",
    why="The runtime tells the kubelet that it has no network, the kubelet tells the API server, and a machine that is not Ready gets no pods.",
)

# %% tags=["claim:whole-network-stack"]
from kubelite.controllers import CONTROLLERS
from kubelite.controllers.nodeipam import NodeIpamController

others = tuple(one for one in CONTROLLERS if one is not NodeIpamController)
bare = Cluster(nodes=0, controllers=others)
bare.add_node()
bare.apply(app("web"))
bare.run(120)
print(bare.get("nodes"))
print(bare.get("pods"))
(ready,) = [c for c in bare.get("node/node-1").status.conditions if c.type == "Ready"]
print(ready.message)
assert ready.status == "False"
assert "cni plugin not initialized" in ready.message
assert not pod_of(bare, "web").spec.node_name

# %% [markdown]
# This sight is well known to everybody who has installed a cluster by hand: after `kubeadm init` all is there and nothing is Ready, until a plugin is installed.
#
# > **In real life** (November 2026). Kubernetes takes over the *rules* of the network and leaves the network to a plugin: Cilium, Calico and Flannel are
# > common ones; clouds bring their own. Only with a plugin that enforces them do NetworkPolicies have any effect; Flannel alone does not.
# > *Source: kubernetes.io, Network Plugins; Network Policies.*
#
# ## Follow a packet
#
# Every pod asks every other, across all machines. What address does the one who is asked see?

# %% jupyter={"source_hidden": true}
predict(
    "A pod on node-1 calls a pod on node-2, first by its address, then through its Service. From which address does the call seem to come?",
    [
        "Both times from the calling pod's own",
        "First from the pod's own, then from the Service's",
        "Both times from node-1's",
    ],
    answer="Both times from the calling pod's own",
    why="Between pods nobody rewrites the sender. The Service's address is rewritten, but that is the *destination*.",
)

# %% tags=["claim:routes-everything"]
pods = list(cluster.get("pods"))
for source in pods:
    for target in pods:
        address = f"{target.status.pod_ip}:8080"
        answer = cluster.request(address, from_pod=f"pod/{source.metadata.name}")
        assert answer.ok and answer.client == source.status.pod_ip
print(f"{len(pods) ** 2} calls from pod to pod, each seen with the caller's own address")

caller = pod_of(cluster, "db")
far = next(pod for pod in pods if pod.spec.node_name != caller.spec.node_name)
direct = cluster.request(f"{far.status.pod_ip}:8080", from_pod=f"pod/{caller.metadata.name}")
through = cluster.request("web", from_pod=f"pod/{caller.metadata.name}")
for name, answer in (("by address", direct), ("by Service", through)):
    print(
        f"{name}: {answer.client} -> {answer.address}, met {answer.via}, arrives at {answer.backend}"
    )
assert through.client == direct.client == caller.status.pod_ip
assert through.address.startswith(cluster.get("service/web").spec.cluster_ip)
assert through.backend != through.address

# %% [markdown]
# No machine has the address of a Service. On the caller's own node the rules that kube-proxy has written replace it by one of the pods, before the packet leaves.
# From there on it is the plugin's and the data centre's: cables, routers and firewalls between the machines are not the cluster's business.

# %%
show("proxy-endpoints")

# %% [markdown]
# > **In real life** (November 2026). kube-proxy, or a plugin in its place (Cilium can do without it), directs the traffic for *Services*; it does not
# > control every part of the way. Its modes on Linux: `iptables` is the default; `nftables` came in 1.29 and has been stable since 1.33 (April 2025), for clusters with
# > very many Services, and is to become the default: since 1.37 kube-proxy warns those who have not chosen. `ipvs` is deprecated since 1.35 and planned to be switched off in 1.40.
# > *Sources: kubernetes.io, Virtual IPs and Service Proxies; Kubernetes enhancements 3866, 5343 and 5495 (July 2026).*
#
# ### What a container is told
#
# A program knows nothing of all this. It reads three small files, as on any Linux machine. They are written for it when its pod starts: the kubelet writes the
# first, and tells the runtime what belongs into the others.

# %%
name = pod_of(cluster, "web").metadata.name
told = {}
for file in ("/etc/hosts", "/etc/hostname", "/etc/resolv.conf"):
    told[file] = cluster.exec(name, f"cat {file}").output
    print(f"--- {file}\n{told[file]}")
assert cluster.get(f"pod/{name}").status.pod_ip in told["/etc/hosts"]
assert told["/etc/hostname"].strip() == name
assert "nameserver 10.96.0.10" in told["/etc/resolv.conf"]

# %% [markdown]
# Who is it? The pod, by its name and address. Whom does it ask for names? The cluster's DNS, by an address out of the Services' range: in a real cluster there is a
# Service called `kube-dns` behind it, here the engine answers by itself. And `ndots:5` is why short names are tried with endings first (chapter 08).

# %%
show("hosts-file")

# %% [markdown]
# ## Ways in
#
# So far everybody was inside. Customers are not.

# %% jupyter={"source_hidden": true}
predict(
    "A customer somewhere in the world sends a packet to the shop's ClusterIP. What comes back?",
    ["The shop's page", "Nothing at all", "A refusal by the API server"],
    answer="Nothing at all",
    why="The address means something only to machines that have kube-proxy's rules. In the world it belongs to nobody.",
)

# %%
INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example.com
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
"""
machine = cluster.get("node/node-2").status.addresses[0].address
ways: dict[str, Any] = {}
ways["ClusterIP"] = cluster.request(cluster.get("service/web").spec.cluster_ip)

cluster.patch("service/web", {"spec": {"type": "NodePort"}})
cluster.run(2)
port = cluster.get("service/web").spec.ports[0].node_port
ways["NodePort"] = cluster.request(f"{machine}:{port}")

cluster.patch("service/web", {"spec": {"type": "LoadBalancer"}})
cluster.run(30)
(point,) = cluster.get("service/web").status.load_balancer.ingress
ways["LoadBalancer"] = cluster.request(point.ip)

cluster.apply(INGRESS)
cluster.run(2)
ways["Ingress"] = cluster.request("http://shop.example.com/checkout")

for way, answer in ways.items():
    said = f"HTTP {answer.status}" if answer.ok else answer.error
    seen = f"shop saw {answer.client}" if answer.ok else ""
    print(f"{way:13} {answer.address:19} {said:12} met {answer.via or 'nobody':20} {seen}")
assert not ways["ClusterIP"].ok
assert all(ways[way].ok for way in ("NodePort", "LoadBalancer", "Ingress"))
assert 30000 <= port <= 32767
machines = [node.status.addresses[0].address for node in cluster.get("nodes")]
assert ways["NodePort"].client == machine
assert ways["LoadBalancer"].client in machines
assert ways["Ingress"].client == ways["Ingress"].address.removesuffix(":80")

# %% [markdown]
# Look at the last column. By NodePort and load balancer the shop sees a *machine* as its customer, because that one forwards the call and wants the answer back; by Ingress it sees
# the Ingress controller. Who needs the customer's own address sets `externalTrafficPolicy: Local`, or reads a header that the controller adds.
#
# - **NodePort**: the same port, 30000 to 32767, on every machine.
# - **LoadBalancer**: a cloud's load balancer in front of those; the cloud makes it, not Kubernetes.
# - **Ingress**: one entrance for many hosts and paths, by HTTP. An *object*; a controller that you install does the work.

# Where the Services lead, wherever the call comes from. The third, `kubernetes`, is there from the beginning: by it pods find the API server, which is no pod of this cluster.

# %%
graph(cluster, title="Two Services that lead to pods, and one that does not", of="services")

# %%
missing = cluster.kubectl("get gateways")
print(missing.error)
assert "doesn't have a resource type" in missing.error

# %% [markdown]
# > **In real life** (November 2026). The Ingress API is frozen: it stays, and gets nothing new. The project recommends the *Gateway API* (stable since October 2023), which is
# > not part of Kubernetes: as you have just seen, a fresh cluster does not know its kinds. They are installed, with a controller of your choice. The most used Ingress controller, ingress-nginx,
# > was retired on 24 March 2026; it gets no more security fixes. What serves the Ingress above is this engine's own.
# > *Sources: kubernetes.io, Ingress, and Ingress Controllers; kubernetes.io blog, 31 October 2023.*
#
# ## Forbid what must not talk
#
# Every pod reaches every pod: also the blog the database. Below they are three: `web` needs `db`, and `blog` needs neither.

# %%
cluster = Cluster()
for name in ("web", "db", "blog"):
    cluster.apply(app(name))
cluster.run(20)


def reaches(cluster: Cluster) -> dict[str, str]:
    """Who gets through to whom, or why not."""
    found = {}
    for source, target in (("web", "db"), ("blog", "db"), ("blog", "web"), ("db", "web")):
        caller = f"pod/{pod_of(cluster, source).metadata.name}"
        answer = cluster.request(target, from_pod=caller)
        error = "no-name " if "lookup" in answer.error else ""
        found[f"{source} -> {target}"] = "yes" if answer.ok else f"{error}time-out"
    return found


def tell(cluster: Cluster, when: str) -> dict[str, str]:
    """The same in words."""
    found = reaches(cluster)
    print(f"{when}:", ", ".join(f"{way} {said}" for way, said in found.items()))
    return found


assert set(tell(cluster, "open").values()) == {"yes"}

# %% [markdown]
# First the way that seems to be right: close everything, then open the one way that is needed.


# %%
def policy(name: str, **spec: Any) -> dict[str, Any]:
    """A NetworkPolicy; of all pods, unless ``spec`` says which."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name},
        "spec": {"podSelector": {}, **spec},
    }


def pods_of(name: str) -> dict[str, Any]:
    """Those of an application."""
    return {"podSelector": {"matchLabels": {"app": name}}}


CLOSED = policy("default-deny", policyTypes=["Ingress", "Egress"])
DB_IN = policy("db-in", **pods_of("db"), ingress=[{"from": [pods_of("web")]}])

# %% jupyter={"source_hidden": true}
predict(
    "All pods are closed in both directions; then db is opened for calls from web. Can web call db?",
    [
        "Yes, that is what the second policy says",
        "No: web may not send, and may not even ask for db's name",
        "Yes, and so can everybody else",
    ],
    answer="No: web may not send, and may not even ask for db's name",
    why="A call needs leave at both ends. And DNS is a call, too: whoever closes all ways out closes the way to names.",
)

# %%
cluster.apply([CLOSED, DB_IN])
cluster.run(2)
half = tell(cluster, "closed")
assert half["web -> db"] == "no-name time-out"

# %% [markdown]
# Two ways out are missing: to the DNS, for all, and from `web` to `db`.

# %%
SYSTEM = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
NAMES = policy(
    "names",
    policyTypes=["Egress"],
    egress=[{"to": [SYSTEM], "ports": [{"protocol": "UDP", "port": 53}]}],
)
WEB_OUT = policy(
    "web-out", **pods_of("web"), policyTypes=["Egress"], egress=[{"to": [pods_of("db")]}]
)
cluster.kubectl("delete networkpolicy web-out --ignore-not-found")  # of an earlier run
cluster.apply(NAMES)
cluster.run(2)
assert tell(cluster, "with names")["web -> db"] == "time-out"
cluster.apply(WEB_OUT)
cluster.run(2)
opened = tell(cluster, "with a way out")
assert opened["web -> db"] == "yes"
assert "yes" not in [said for way, said in opened.items() if way != "web -> db"]

# %% [markdown]
# One way is open, and the other three were *tried*, not believed. A refused packet is dropped without an answer: to the caller it looks like a machine
# that is away. Kubernetes itself does not tell you which policy it was, though some plugins do; this engine tells.

# %%
blocked = cluster.request("db", from_pod=f"pod/{pod_of(cluster, 'blog').metadata.name}")
print(blocked)
assert blocked.policy
show("networkpolicy-isolation")

# %% [markdown]
# Policies only ever *add* leave: there is no rule that takes it away. A pod that no policy selects is open to all, as at the beginning.
#
# Your turn: give the blog a way to the database as well. It takes one change of `DB_IN` and one more policy like `WEB_OUT`. Write them below and run the cell.

# %%
MORE: list[Any] = []
trial = cluster.branch()
for one in MORE:
    trial.apply(one)
trial.run(2)
said = tell(trial, "with yours")

# %% [markdown]
# And a shop to play with: scale, send more traffic, take machines away or add some. Watch where the pods go, and whether a customer is left without an answer.

# %%
playground = Cluster()
playground.apply(app("web", replicas=3))
playground.run_until("deployment/web ready")
playground.run(5)
controls(playground, traffic=20, nodes=True)

# %% [markdown]
# ## What to remember
#
# - To provision is to write a number; starts and stops follow from what is there.
# - Machines bring their addresses. The cluster gives each a range for pods, and Services addresses from another range.
# - Every pod reaches every pod, and is seen with its own address. A plugin makes that so; without one no machine is Ready.
# - A Service's address is replaced on the caller's machine. From outside one comes by NodePort, load balancer, Ingress or Gateway.
# - A way needs leave at both ends, and a name needs DNS. Try what should be closed; do not believe it.

# %% jupyter={"source_hidden": true}
quiz("10")
