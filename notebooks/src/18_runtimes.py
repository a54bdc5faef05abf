# %% [markdown]
# Kubernetes runs no containers. On each node a *kubelet* decides what there is to be, and asks another program to do it: a
# container runtime. What the two say to each other is an interface of some forty calls. This chapter listens to them,
# changes the runtime, follows an image from its name to a running process, and looks at a cluster through a window.

# %%
from collections.abc import Callable
from typing import Any

from course.lesson import Cluster, predict, quiz, show
from kubelite.cluster.wiring import Wiring

# %% [markdown]
# ## What runs here?

# %% jupyter={"source_hidden": true}
predict(
    "You build an image with Docker and run it on a cluster of version 1.37. Where is Docker in this?",
    [
        "On each node, running the container",
        "Nowhere on the nodes; it has built the image, and that is all",
        "In the control plane, which hands images out",
    ],
    answer="Nowhere on the nodes; it has built the image, and that is all",
    why="Images have a standard form (OCI). What Docker builds, any runtime can run. The kubelet has not spoken to Docker "
    "directly since version 1.24.",
)

# %% tags=["claim:docker-not-needed", "claim:runtime-containerd"]
cluster = Cluster(nodes=2)
for node in cluster.get("nodes"):
    print(node.metadata.name, node.status.node_info.container_runtime_version)
    assert node.status.node_info.container_runtime_version.startswith("containerd://")

# %% [markdown] tags=["claim:runtime-docker", "claim:runtime-cri"]
# > **In real life** (November 2026). Lists of runtimes often begin with Docker. Docker Engine does not speak the interface; the
# > adapter for it inside the kubelet (*dockershim*) was deprecated in 1.20 and removed in 1.24, in 2022. containerd (which
# > Docker uses itself) and CRI-O are the usual choices; whoever wants Docker Engine adds `cri-dockerd`. And the *Container
# > Runtime Interface* in such lists is no runtime: it is the interface that all of them implement. It has 41 calls, 35 for pods and
# > containers and 6 for images; six of the 41 are streams for very long lists, an alpha of 1.36.
# > *Sources: Kubernetes Enhancement Proposals 2221 and 5825; kubernetes.io, Container Runtimes; counted in api.proto of k8s.io/cri-api, version
# > v1 (looked up November 2026).*
#
# ## Listening in
#
# A cluster here can be wired differently: something of ours may stand between each kubelet and its runtime. `Listener` passes
# every call on and writes it down, if it is one that changes something.

# %%
CHANGING = (
    "pull_image",
    "run_pod_sandbox",
    "create_container",
    "start_container",
    "stop_container",
    "remove_container",
    "stop_pod_sandbox",
    "remove_pod_sandbox",
)


class Listener:
    """A runtime that is another one, with its calls written down."""

    def __init__(self, runtime: Any, heard: list[str]):
        self.runtime = runtime
        self.heard = heard

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.runtime, name)
        return self.noting(name, call) if name in CHANGING else call

    def noting(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any) -> Any:
            self.heard.append(name)
            return call(*args)

        return noted


class Listening(Wiring):
    """Puts a Listener before each node's runtime."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def runtime(self, runtime: Any) -> Any:
        return Listener(runtime, self.heard)


# %%
POD = """
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  terminationGracePeriodSeconds: 5
  containers:
    - name: shop
      image: shop:1.0
    - name: logs
      image: busybox:1.36
      args: [sh, -c, "sleep 100000"]
"""

# %% jupyter={"source_hidden": true}
predict(
    "A pod with two containers is created. Which call comes first?",
    ["create_container, for the first container", "pull_image", "run_pod_sandbox"],
    answer="run_pod_sandbox",
    why="The pod needs something of its own before there is any container: a network, an address, a place for its "
    "containers to share. That is the sandbox; containerd keeps it open with a tiny process called pause.",
)

# %%
wiring = Listening()
cluster = Cluster(nodes=1, wiring=wiring)
cluster.apply(POD)
cluster.run_until("pod/web ready")
started = list(wiring.heard)
print(*started, sep="\n")
assert started[0] == "run_pod_sandbox"
assert started.count("create_container") == started.count("start_container") == 2
assert started.count("run_pod_sandbox") == 1

# %% [markdown]
# One sandbox, two images, two containers. In the API server's eyes nothing of this exists: it knows a pod and its status. And
# when the pod goes:

# %%
wiring.heard.clear()
cluster.delete("pod/web")
cluster.run(30)
print(*wiring.heard, sep="\n")
assert wiring.heard.count("stop_container") >= 2
assert "stop_pod_sandbox" in wiring.heard
assert not cluster.get("pods")

# %% [markdown]
# The kubelet works out such a list from what there is and what there should be, as every controller does:

# %%
show("compute-pod-actions")

# %% [markdown]
# ## One interface, two runtimes
#
# Since the kubelet only knows the interface, the program behind it can be another one. The wrapper below says that it is CRI-O and
# is slower to start containers. Nothing else in the cluster has to know.


# %% tags=["claim:runtime-crio"]
class Slower:
    """A runtime with another name that takes three seconds longer to start a container."""

    name = "cri-o"
    version = "1.37.0"

    def __init__(self, runtime: Any, clock: Any):
        self.runtime = runtime
        self.clock = clock

    def __getattr__(self, name: str) -> Any:
        return getattr(self.runtime, name)

    def start_container(self, container_id: str, then: Any) -> None:
        self.clock.after(3_000_000, self.runtime.start_container, container_id, then)


class OnCriO(Wiring):
    """Every node runs the slower one."""

    def api(self, server: Any, clock: Any) -> Any:
        self.clock = clock
        return server

    def runtime(self, runtime: Any) -> Any:
        return Slower(runtime, self.clock)


took = {}
for wiring in (Wiring(), OnCriO()):
    cluster = Cluster(nodes=1, wiring=wiring)
    cluster.apply(POD)
    seconds = cluster.run_until("pod/web ready")
    (node,) = cluster.get("nodes")
    took[node.status.node_info.container_runtime_version] = seconds
for runtime, seconds in took.items():
    print(f"{runtime:<20} pod ready after {seconds:.1f} s")
fast, slow = took.values()
assert 6 <= slow - fast < 6.5
assert any(name.startswith("cri-o://") for name in took)

# %% [markdown]
# Six seconds and not three: the kubelet starts the containers of a pod one after the other.

# %% [markdown]
# ## From a name to a program
#
# `image: nginx` is short for something. The kubelet asks the runtime for an image by name; the runtime asks a registry, and
# gets bytes that are identified by their digest.

# %%
from kubelite.kubelet.images.registry import digest_of, resolve

for name in ("nginx", "nginx:1.29", "registry.k8s.io/pause:3.10", "example.com/sarah/shop:1.0"):
    print(f"{name:<28} {resolve(name)}")
assert str(resolve("nginx")) == "docker.io/library/nginx:latest"

# %% jupyter={"source_hidden": true}
predict(
    "Two pods start on a node that has never seen either image: one with shop:1.0, one with shop (no tag). Both are deleted "
    "and created again. How many times is something pulled in all?",
    ["2", "3", "4"],
    answer="3",
    why="Without a word about it, a fixed tag is pulled only if the node does not hold it. No tag means latest, and latest "
    "is asked for at every start: the tag may have moved.",
)

# %%
wiring = Listening()
cluster = Cluster(nodes=1, wiring=wiring)


def pod(name: str, image: str) -> dict[str, Any]:
    """A pod of one container that goes at once when it is deleted."""
    spec = {"containers": [{"name": "shop", "image": image}], "terminationGracePeriodSeconds": 1}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


pods = [pod("fixed", "shop:1.0"), pod("latest", "shop")]
for _ in range(2):
    cluster.apply(pods)
    cluster.run(20)
    policies = {
        p.metadata.name: p.spec.containers[0].image_pull_policy for p in cluster.get("pods")
    }
    cluster.delete("pod/fixed")
    cluster.delete("pod/latest")
    cluster.run(20)
print(policies, wiring.heard.count("pull_image"), "pulls")
assert policies == {"fixed": "IfNotPresent", "latest": "Always"}
assert wiring.heard.count("pull_image") == 3

# %% [markdown]
# A tag is a label that somebody can put on another image; a digest is the image. Who wants to know what runs, reads the
# status:

# %%
cluster.apply(pod("web", "shop:1.0"))
cluster.run(20)
status = cluster.get("pod/web").status.container_statuses[0]
print(status.image_id)
assert status.image_id == digest_of("shop:1.0")
assert "@sha256:" in status.image_id

# %% [markdown]
# And when there is no such image? The pod is not lost. The kubelet tries again, and waits twice as long each time, up to five
# minutes.

# %%
cluster.apply(pod("typo", "nginx:1.161"))
cluster.run(120)
print(cluster.get("pods"))
waiting = cluster.get("pod/typo").status.container_statuses[0].state.waiting
assert waiting.reason in ("ErrImagePull", "ImagePullBackOff")
tries = [event for event in cluster.events("pod/typo") if event.reason == "Failed"]
print(tries[0].message)
assert "not found" in tries[0].message

# %% [markdown]
# ## A window
#
# Objects can be looked at without any command. The cluster of this notebook has a page of its own, made of the same API as
# everything else: `cluster.serve()` opens it on this machine only, and `dashboard` is its address.

# %% tags=["claim:no-front-end"]
import ssl
from urllib.request import Request, urlopen

server = cluster.serve()
trusting = ssl.create_default_context()
trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # its certificate is its own
browser = Request(server.url, headers={"Accept": "text/html"})
page = urlopen(browser, context=trusting).read().decode()
server.stop()
title = page[page.index("<title>") + 7 : page.index("</title>")]
print(title)
assert title

# %% [markdown] tags=["claim:read-only-dashboard", "claim:few-operations"]
# The cell has closed it again. For a look of your own run `print(cluster.serve().dashboard)` in a new cell and open the address; the
# browser warns of the certificate, which is the cluster's own.
#
# Ours only reads; changes are made by `kubectl` or in cells. That is a choice of ours.

# %% tags=["claim:kubectl-is-primary"]
print(cluster.kubectl("delete pod web --now"))
assert cluster.kubectl("get pod web").code == 1

# %% [markdown]
# > **In real life** (November 2026). Kubernetes comes without a front end. The *Kubernetes Dashboard* was an add-on, and it was
# > not read-only: it could create, edit, scale and delete whatever its user was allowed to. It was archived on 21
# > January 2026; its page points to *Headlamp*. Managed services have consoles of their own.
# > *Source: github.com/kubernetes-retired/dashboard.*

# %% [markdown]
# ## What to remember
#
# - The kubelet decides, a runtime does, and the Container Runtime Interface is between them.
# - Docker builds images for it, and has not been spoken to by the kubelet since 1.24.
# - First the sandbox; then for each container its image and itself. The API knows pods only.
# - A tag can move, a digest cannot. `latest` is asked for at every start.

# %% jupyter={"source_hidden": true}
quiz("18")
