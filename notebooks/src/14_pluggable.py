# %% [markdown]
# A cluster is a set of programs that know each other only through the API. So each of them can be replaced, and new ones can
# join. In this chapter you write three: a rule for the scheduler, a controller for a kind of object that did not exist before,
# and a load balancer.

# %%
from collections import Counter
from collections.abc import Sequence
from typing import Any

from course.lesson import Cluster, ClusterView, predict, quiz, show
from kubelite.apimachinery.struct import replace, to_dict
from kubelite.client import Client, EventRecorder, key_of
from kubelite.client.controller import Action, Create, Update
from kubelite.controllers import CONTROLLERS
from kubelite.controllers.base import ManagedController, Manager, owned_by
from kubelite.scheduler.profile import Profile

# %%
SHOP = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 6
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: shop
          image: shop:1.0
          resources: {requests: {cpu: 500m, memory: 128Mi}}
"""


def priced(cluster: Cluster) -> Cluster:
    """Three nodes that cost 30, 10 and 20 cents an hour, written on them as a label."""
    for name, cents in (("node-1", 30), ("node-2", 10), ("node-3", 20)):
        cluster.patch(f"node/{name}", {"metadata": {"labels": {"shop.example/cents": str(cents)}}})
    cluster.run(1)
    return cluster


def pods_by_node(cluster: Cluster) -> dict[str, int]:
    """How many pods each node has."""
    counts = Counter(pod.spec.node_name for pod in cluster.get("pods"))
    return {name: counts[name] for name in cluster.get("nodes").names}


# %% [markdown]
# ## A scheduler that minds the price
#
# The default scheduler knows nothing of money. It spreads.

# %%
cluster = priced(Cluster(nodes=3))
cluster.apply(SHOP)
cluster.run(20)
print(pods_by_node(cluster))
assert pods_by_node(cluster) == {"node-1": 2, "node-2": 2, "node-3": 2}

# %% [markdown]
# Each rule of the scheduler is a *plugin* with a place in the decision: *filter* says which nodes are out of the question,
# *score* how good each of the others is, from 0 to 100. These are the plugins of the default profile:

# %%
show("scheduler-plugins")

# %% [markdown]
# Ours scores: the cheaper a node, the more points.


# %%
class Frugal:
    """The cheapest node gets 100 points, one that costs 50 cents or more gets none."""

    name = "Frugal"

    def __init__(self, listers: Any):
        pass

    def score(self, state: Any, pod: Any, node: Any) -> int:
        cents = int(node.labels.get("shop.example/cents", "50"))
        return max(0, 100 - 2 * cents)


# %% jupyter={"source_hidden": true}
predict(
    "The plugin is added with weight 1. Where do the six pods go?",
    ["All on node-2, the cheapest", "As before, two on each", "More on node-2, but not all"],
    answer="As before, two on each",
    why="Its points are one voice among several. PodTopologySpread, with weight 2, likes a node less for each copy that is "
    "there already, and it is louder than the price.",
)

# %% tags=["claim:made-to-be-extended"]
placed = {}
for weight in (1, 3, 5, 20):
    profile = Profile(extra=(Frugal,), weights={"Frugal": weight})
    cluster = priced(Cluster(nodes=3, profiles=(profile,)))
    cluster.apply(SHOP)
    cluster.run(20)
    placed[weight] = pods_by_node(cluster)
    print(f"weight {weight:>2}: {placed[weight]}")
assert placed[1] == {"node-1": 2, "node-2": 2, "node-3": 2}
assert placed[1]["node-2"] < placed[5]["node-2"] <= placed[20]["node-2"] == 6

# %% [markdown]
# The weight is where wishes are balanced against each other. Is everything on one cheap machine what Sarah wants on the day it
# loses its power? That is not for the plugin to know.
#
# A *filter* is harder: what it refuses is refused. This one keeps pods off nodes above a price, and says why; the reason
# appears in the event, as those of the built-in ones do.

# %%
from kubelite.scheduler.framework import UNSCHEDULABLE_AND_UNRESOLVABLE, Status


class Budget:
    """No node above 15 cents."""

    name = "Budget"

    def __init__(self, listers: Any):
        pass

    def filter(self, state: Any, pod: Any, node: Any) -> Status | None:
        if int(node.labels.get("shop.example/cents", "50")) <= 15:
            return None
        return Status(
            UNSCHEDULABLE_AND_UNRESOLVABLE, ("node(s) were above the budget",), plugin=self.name
        )


cluster = priced(Cluster(nodes=3, profiles=(Profile(extra=(Budget,)),)))
cluster.apply(SHOP.replace("replicas: 6", "replicas: 9"))
cluster.run(20)
print(pods_by_node(cluster))
(reason, *_) = [event.message for event in cluster.events() if event.reason == "FailedScheduling"]
print(reason)
assert "2 node(s) were above the budget" in reason
assert pods_by_node(cluster)["node-2"] == 8

# %%
ClusterView(cluster, title="A budget of 15 cents: eight fit on node-2, one waits")

# %% [markdown]
# > **In real life** (November 2026). The scheduler's own plugins are compiled into it; the framework is stable since version 1.19.
# > Whoever wants others builds a scheduler with them, runs it beside the default one, and lets pods ask for it by
# > `schedulerName`. Changing weights and switching plugins off needs a configuration file only.
# > *Sources: kubernetes.io, Scheduling Framework; Configure Multiple Schedulers.*
#
# ## A kind of your own
#
# Kubernetes has no kind `Website`. A *CustomResourceDefinition* adds it: from then on the API stores websites, checks them, and
# kubectl lists them.

# %%
WEBSITES = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: websites.shop.example}
spec:
  group: shop.example
  scope: Namespaced
  names: {plural: websites, singular: website, kind: Website, shortNames: [ws]}
  versions:
    - name: v1
      served: true
      storage: true
      subresources: {status: {}}
      additionalPrinterColumns:
        - {name: Image, type: string, jsonPath: .spec.image}
        - {name: Ready, type: integer, jsonPath: .status.ready}
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [image]
              properties:
                image: {type: string}
                replicas: {type: integer, default: 2, minimum: 0, maximum: 10}
            status:
              type: object
              properties:
                ready: {type: integer}
"""

BLOG = """
apiVersion: shop.example/v1
kind: Website
metadata: {name: blog}
spec: {image: "nginx:1.29"}
"""

# %% jupyter={"source_hidden": true}
predict(
    "The kind is defined, and a Website called blog is applied. What runs?",
    ["Two pods with nginx", "Nothing", "One pod with nginx"],
    answer="Nothing",
    why="The API has learned to remember websites. Nobody does anything about them yet: that takes a controller.",
)

# %%
cluster = Cluster()
cluster.apply(WEBSITES)
cluster.run_until("crd/websites.shop.example established")
cluster.apply(BLOG)
cluster.run(60)
print(cluster.get("websites"))
assert cluster.get("ws/blog").spec["replicas"] == 2  # the default of the definition
assert not cluster.get("pods")

# %% [markdown]
# A controller looks at what is there and answers with what to do next. It is called again whenever one of the objects it watches
# changes, so it need not remember anything. This is all of ours: a Website gets a Deployment and a Service, and its status says
# how many copies are ready. (A controller for a kind of one's own is called an *operator*.)


# %%
class WebsiteController(ManagedController):
    """Every Website gets a Deployment and a Service."""

    name = "website-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.sites = manager.informer("websites.shop.example")
        self.deployments = manager.informer("deployments.apps")
        for informer in (self.sites, self.deployments):
            informer.on(self.look, lambda _, new: self.look(new), self.look)

    def look(self, obj: Any) -> None:
        self.queue.add(key_of(obj))

    def sync(self, key: str) -> Sequence[Action]:
        site, web = self.sites.get(key), self.deployments.get(key)
        if site is None:
            return ()
        if web is None:
            return [Create(manifest) for manifest in children(site)]
        if web.spec.replicas != site.spec["replicas"]:
            return [Update(replace(web, spec=replace(web.spec, replicas=site.spec["replicas"])))]
        status = {"ready": web.status.ready_replicas}
        return [] if site.status == status else [Update(replace(site, status=status), "status")]


def children(site: Any) -> list[dict[str, Any]]:
    """The Deployment and the Service of a Website; both belong to it."""
    name, labels = site.metadata.name, {"site": site.metadata.name}
    metadata = {
        "name": name,
        "namespace": site.metadata.namespace,
        "ownerReferences": [to_dict(owned_by(site))],
    }
    containers = [{"name": "web", "image": site.spec["image"]}]
    deployment = {
        "replicas": site.spec["replicas"],
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
    }
    return [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": deployment},
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata,
            "spec": {"selector": labels, "ports": [{"port": 80}]},
        },
    ]


# %%
cluster = Cluster(controllers=(*CONTROLLERS, WebsiteController))
cluster.apply(WEBSITES)
cluster.run_until("crd/websites.shop.example established")
cluster.apply(BLOG)
cluster.run(30)
print(cluster.get("websites"))
print(cluster.request("blog"))
assert cluster.request("blog").ok
assert cluster.get("ws/blog").status == {"ready": 2}

# %%
cluster.patch("ws/blog", {"spec": {"replicas": 4}})
cluster.run(30)
cluster.story("ws/blog")

# %% jupyter={"source_hidden": true}
predict(
    "Somebody deletes the Deployment of the blog by hand. And then somebody deletes the Website.",
    [
        "The Deployment comes back; with the Website everything goes",
        "The Deployment stays away; the Website cannot be deleted",
        "The Deployment comes back; after the Website is gone it stays",
    ],
    answer="The Deployment comes back; with the Website everything goes",
    why="The controller sees that there is none and makes one. And since Deployment and Service name the Website as their owner, the "
    "garbage collector takes them when it goes.",
)

# %%
cluster.delete("deployment/blog")
cluster.run(30)
assert cluster.get("ws/blog").status == {"ready": 4}

cluster.delete("service/blog")
cluster.run(30)
print("after the Service was deleted:", cluster.get("services").names)
assert "blog" not in cluster.get("services").names

cluster.delete("ws/blog")
cluster.run(60)
print(cluster.get("deployments").names, cluster.get("pods").names, cluster.get("services").names)
assert cluster.get("deployments").names == cluster.get("pods").names == []
assert cluster.get("services").names == ["kubernetes"]

# %% [markdown]
# The Service in between stayed away: our controller never looks whether there is one. To belong to an owner brings nothing back;
# somebody has to look. Can you make it look?
#
# ## A load balancer of your own
#
# A Service of type LoadBalancer asks for an address from outside. Kubernetes does not have any to give: it leaves a note, and
# somebody has to act on it. At a cloud provider that is the provider's controller. Sarah has a box in the rack with two addresses.

# %% tags=["claim:hardware-balancers"]
from kubelite.api.core_v1 import LoadBalancerIngress
from kubelite.controllers.cloudservice import CloudError, CloudServiceController


class Rack:
    """A device with two addresses, which remembers whom it gave them; a second to be set up."""

    delay = 1_000_000
    addresses = ("203.0.113.10", "203.0.113.11")

    def __init__(self) -> None:
        self.given: dict[str, str] = {}

    def ensure(self, service: Any, nodes: Any, others: Any) -> tuple[LoadBalancerIngress, ...]:
        name = service.metadata.name
        free = [address for address in self.addresses if address not in self.given.values()]
        if name not in self.given:
            if not free:
                raise CloudError("both addresses of the device are in use")
            self.given[name] = free[0]
        return (LoadBalancerIngress(ip=self.given[name], ip_mode="VIP"),)


class RackController(CloudServiceController):
    """The usual controller, with our device."""

    cloud = Rack


ours = tuple(RackController if row is CloudServiceController else row for row in CONTROLLERS)
cluster = Cluster(controllers=ours)
cluster.apply(SHOP)
for name in ("front", "api", "third"):
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name},
            "spec": {
                "type": "LoadBalancer",
                "selector": {"app": "web"},
                "ports": [{"port": 80, "targetPort": 8080}],
            },
        }
    )
cluster.run(30)
print(cluster.get("services"))
print(cluster.request("203.0.113.10"))
assert cluster.request("203.0.113.10").ok
pending = [event.message for event in cluster.events("service/third") if event.type == "Warning"]
print(pending[0])
assert "both addresses of the device are in use" in pending[0]

# %% [markdown]
# > **In real life** (November 2026). Hardware load balancers are joined by such a controller, written by their maker or by
# > others; on machines of one's own MetalLB is the usual one. Nothing "just works" without it: the Service stays at
# > `<pending>` for ever, as the third one here.
# > *Source: kubernetes.io, Service, type LoadBalancer.*
#
# ## Where else
#
# | what | interface | examples |
# |---|---|---|
# | running containers | CRI (chapter 18) | containerd, CRI-O |
# | pods' network | CNI (chapter 10) | Cilium, Calico |
# | disks | CSI (chapter 04) | one driver for each storage system |
# | what may be stored | admission plugins, policies, webhooks | Kyverno, Gatekeeper |
# | nodes | autoscalers (chapter 12) | Cluster Autoscaler, Karpenter |
#
# An interface that others can fulfil, and a table with what there is: the same pattern each time. In this engine the row
# of a controller looks like this.

# %%
show("controllers-table")

# %% [markdown]
# ## What to remember
#
# - A scheduler plugin filters or scores. Scores are weighed against each other; what a filter refuses is refused.
# - A definition lets the API remember a new kind; a controller makes something of it. Together they are an operator.
# - What a controller looks for comes back when it is lost. What names an owner goes when the owner goes.
# - Type LoadBalancer is a note to somebody outside. Without that somebody it stays a note.

# %% jupyter={"source_hidden": true}
quiz("14")
