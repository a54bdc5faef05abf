"""The street that Sarah's shops stand in: what exercises about them do and look at.

A ``Street`` is a cluster of three nodes with a Service called ``shop``. The image
``sarahs-shop`` is the course's shop with her particular troubles; a manifest cannot switch
them off, so a check sees them whatever the answer says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from course.grading.exercise import Seen, not_yet, seen
from kubelite import Cluster
from kubelite.api.conditions import condition, pod_ready
from kubelite.api.core_v1 import Pod
from kubelite.apimachinery import manifest
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.kubelet.cri import NEVER, Reply, Request
from kubelite.kubelet.images import register
from kubelite.kubelet.images.program import Answer as Page
from kubelite.kubelet.images.shop import Shop
from kubelite.sim.clock import SECOND

OPENS_AFTER = 8 * SECOND
LEAVES_AFTER = 5 * SECOND
RESPONSE_MS = 20
MOST_PODS = 50
"""Pods that a manifest may ask for in these exercises; five are wanted."""

MOST_RESTARTS = 2
"""Restarts of one pod that a check takes for care; more is a shop that is always being killed."""

GREETING = "Sarah's shop, at your service"

SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "shop"},
    "spec": {"selector": {"app": "shop"}, "ports": [{"port": 80, "targetPort": 8080}]},
}


class SarahsShop(Shop):
    """Opens after 8 seconds, freezes at ``/freeze``, serves for 5 more seconds after SIGTERM."""

    tags = r"latest|\d+\.\d+"

    def start(self) -> None:
        """Start with Sarah's settings, whatever the pod's spec says."""
        self.env = {"START_SECONDS": str(OPENS_AFTER // SECOND), "RESPONSE_MS": str(RESPONSE_MS)}
        self.frozen = False
        super().start()

    def handle(self, request: Request) -> Page:
        """A page; or silence, from the strange order on."""
        self.frozen = self.frozen or request.path == "/freeze"
        if self.frozen:
            return Reply(delay=NEVER)
        answer = super().handle(request)
        if request.path == "/" and isinstance(answer, Reply):
            return answer._replace(body=f"{GREETING} ({self.tag})\n")
        return answer

    def stop(self) -> None:
        """Serve on for a while, then leave; a frozen process does not hear the signal."""
        if not self.frozen:
            self.after(LEAVES_AFTER, self.exit, 0)


register("sarahs-shop", SarahsShop)


class Visits(NamedTuple):
    """What customers met, in the order they came: a page, or "" and a trouble."""

    pages: Sequence[str]
    troubles: Sequence[str]

    @property
    def customers(self) -> int:
        """How many came."""
        return len(self.pages)

    @property
    def lost(self) -> int:
        """How many were not served."""
        return sum(1 for trouble in self.troubles if trouble)

    @property
    def trouble(self) -> str:
        """What most of the lost ones met, as the end of a sentence about them."""
        return Counter(trouble for trouble in self.troubles if trouble).most_common(1)[0][0]


class Street:
    """A fresh cluster for one check, or one that stands already."""

    def __init__(self, seed: int, cluster: Cluster | None = None):
        self.cluster = cluster or Cluster(nodes=3, seed=seed)
        if cluster is None:
            self.cluster.apply(SERVICE)

    def open(self, answer: Any) -> str:
        """Apply the learner's manifest; the sentence of a refusal, or ""."""
        if not isinstance(answer, str | dict):
            return "The answer is neither text nor a dict, so there was nothing to apply."
        try:
            # Read here: a text that Cluster.apply took for a file's name would be looked for.
            documents = [answer] if isinstance(answer, dict) else manifest.load(answer, "manifest")
            applied = [self.cluster.apply(document) for document in documents]
        except (StatusError, manifest.ManifestError) as refusal:
            hint = getattr(refusal, "hint", "")
            return f"The cluster refused the manifest: {refusal} {hint}".rstrip()
        pods = sum(pods_wanted(thing) for thing in applied)
        if pods > MOST_PODS:
            return f"The manifest asked for {pods:,} pods; three nodes are no place for so many."
        return ""

    def update(self, image: str) -> str:
        """Give the Deployment ``shop`` another image; the sentence of a refusal, or ""."""
        try:
            deployment = self.cluster.get("deployment", "shop")
        except StatusError:
            return "There was no Deployment called shop, so no new version could be rolled out."
        containers = [
            {"name": container.name, "image": image}
            for container in deployment.spec.template.spec.containers
            if container.image.startswith("sarahs-shop")
        ]
        change = {"spec": {"template": {"spec": {"containers": containers}}}}
        self.cluster.patch("deployment/shop", change, patch_type=STRATEGIC_PATCH)
        return ""

    def pods(self) -> list[Any]:
        """The pods the Service looks at, those on their way out left aside."""
        found = self.cluster.get("pods", selector="app=shop")
        return [pod for pod in found if pod.metadata.deletion_timestamp is None]

    def busiest_node(self) -> str:
        """The node that holds most of the shops, or "" when no shop has a node."""
        held = Counter(pod.spec.node_name for pod in self.pods() if pod.spec.node_name)
        return min(held, key=lambda node: (-held[node], node)) if held else ""

    def freeze_one(self) -> bool:
        """Send the strange order; whether a shop froze."""
        answer = self.cluster.request("shop", "/freeze")
        return bool(answer.pod) and not answer.status

    def visit(self, customers: int = 60, every: float = 0.1) -> Visits:
        """Send customers, one every so many seconds."""
        pages, troubles = [], []
        for _ in range(customers):
            answer = self.cluster.request("shop")
            served = answer.status == 200 and GREETING in answer.body
            pages.append(answer.body if served else "")
            troubles.append("" if served else trouble(answer))
            self.cluster.run(every)
        return Visits(pages, troubles)

    def verdict(self, wanted: int, when: str, exactly: bool = False) -> Seen:
        """Look at the street: are as many shops open as wanted, and is everybody served?"""
        pods = self.pods()
        shops = sum(pod_ready(pod) for pod in pods)
        if shops < wanted:
            were = "was" if shops == 1 else "were"
            return not_yet(
                f"{when}, {shops} of {wanted} shops {were} open{self._why(pods, wanted)}."
            )
        if exactly and shops > wanted:
            return not_yet(f"{when}, {shops} shops were open; Sarah pays for {wanted}.")
        restarts = max(map(restarts_of, pods))
        if restarts > MOST_RESTARTS:
            return not_yet(
                f"{when}, {shops} shops were open, but not for long: "
                f"one of them {self._state(max(pods, key=restarts_of))}."
            )
        visits = self.visit()
        if visits.lost:
            return not_yet(
                f"{when}, {shops} pods said they were ready, "
                f"but {visits.lost} of {visits.customers} customers {visits.trouble}."
            )
        return seen(f"{when}, {shops} shops were open and served {visits.customers} customers.")

    def _why(self, pods: Sequence[Any], wanted: int) -> str:
        """Why fewer shops are open than wanted, as the pods themselves tell it."""
        if not pods:
            return ": there was no pod with the label app: shop"
        states = Counter(self._state(pod) for pod in pods if not pod_ready(pod))
        told = [f"{count} pod{'s' * (count > 1)} {state}" for state, count in states.items()]
        if len(pods) < wanted:
            told.append(f"only {len(pods)} pod{'s' * (len(pods) > 1)} existed")
        return "; " + "; ".join(told)

    def _state(self, pod: Any) -> str:
        """What is the matter with a pod, as the end of a sentence about it."""
        scheduled = condition(pod, "PodScheduled")
        if scheduled is not None and scheduled.status == "False":
            return f"waited for a node ({scheduled.message.partition(' preemption:')[0]})"
        for status in pod.status.container_statuses:
            waiting = status.state.waiting if status.state else None
            if waiting is not None and "ImagePull" in waiting.reason:
                return f'could not start: there is no image "{status.image}"'
        if restarts := restarts_of(pod):
            times = "once" if restarts == 1 else f"{restarts} times"
            return f"had been restarted {times}{self._probes_said(pod, 'Liveness', 'Startup')}"
        return f"did not take customers{self._probes_said(pod, 'Readiness', 'Startup')}"

    def _probes_said(self, pod: Any, *kinds: str) -> str:
        """What the last failed probe of these kinds reported, in brackets."""
        reports = [e.message for e in self.cluster.events(f"pod/{pod.metadata.name}")]
        failed = [text for text in reports if text.startswith(kinds) and "probe failed" in text]
        if not failed:
            return ""
        first, _, rest = failed[-1].partition(": ")
        return f" ({first}: {rest.rpartition(': ')[2]})"


def pods_wanted(thing: Any) -> int:
    """How many pods an object asks for."""
    return (
        1
        if isinstance(thing, Pod)
        else getattr(getattr(thing, "spec", None), "replicas", None) or 0
    )


def trouble(answer: Any) -> str:
    """What a customer who was not served met, as the end of a sentence."""
    if answer.status == 200:
        return "were served by something that is not Sarah's shop"
    if answer.status:
        return f"got an error page ({answer.status})"
    if not answer.pod and "timeout" not in answer.error:
        return "found no shop to go to"
    if "refused" in answer.error:
        return "stood before a closed door"
    if "time" in answer.error:
        return "waited in vain for an answer"
    return "were cut off"


def restarts_of(pod: Any) -> int:
    """How often the pod's containers have been restarted."""
    return sum(status.restart_count for status in pod.status.container_statuses)
