"""You are the scheduler, you are the kubelet: a component's work by hand, for ten minutes.

Customers come and become more, and time passes with everything you do. Then the controller
plays the same ten minutes, on the same engine, and both are counted in lost orders. At any
moment the rest can be handed over to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from math import ceil
from typing import NamedTuple

from course.story.parameters import parameters
from course.story.trouble import hang_container, ready_pods
from course.view.controls import Controls
from course.view.sections import waiting
from course.view.switches import pod_template
from course.view.text import counted
from kubelite import Cluster
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.told import UsageError
from kubelite.cluster.load import Load
from kubelite.sim.chance import Chance
from kubelite.sim.clock import MINUTE, SECOND

MINUTES = 10
YOU = "you"
PACE = 10.0
"""Virtual seconds for each thing you do. The scheduler needs milliseconds."""

POD_RATE = 100
"""Requests a second for which one pod has cpu."""

GROWTH = 75
"""Requests a second that come on top with each minute."""

MANIFEST = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      schedulerName: {scheduler}
      containers:
      - name: shop
        image: shop:1.0
        ports: [{{name: http, containerPort: 8080}}]
        env: [{{name: CPU_MS_PER_REQUEST, value: "10"}}]
        resources: {{requests: {{cpu: "1"}}, limits: {{cpu: "1"}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec: {{selector: {{app: web}}, ports: [{{port: 80, targetPort: http}}]}}
"""

PROBES = {
    "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}, "periodSeconds": 5},
    "livenessProbe": {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 5},
}


class Match(NamedTuple):
    """One play: a cluster in which it goes on, and the customers."""

    cluster: Cluster
    load: Load

    @property
    def lost(self) -> int:
        """Orders lost so far."""
        return round(self.load.totals().failed * parameters().order_share)

    @property
    def orders(self) -> int:
        """Orders that customers wanted to place so far."""
        return round(self.load.totals().sent * parameters().order_share)


# The scheduler


def scheduling(by_hand: bool, seed: int) -> Match:
    """Four machines for two pods each; two pods, of which one has a place; more every minute."""
    cluster = Cluster(nodes=4, cpu="2", seed=seed)
    name = YOU if by_hand else "default-scheduler"
    cluster.apply(MANIFEST.format(replicas=2, scheduler=name))
    cluster.run(2)
    if by_hand:
        bind(cluster, _unplaced(cluster)[0], "node-1")
    cluster.run(8)
    load = cluster.load("web", GROWTH)
    for minute in range(1, MINUTES):
        rate = GROWTH * (1 + minute)
        cluster.clock.after(minute * MINUTE, _grow, cluster, load, rate)
    cluster.clock.after(MINUTES * MINUTE, load.set, 0)
    return Match(cluster, load)


def _grow(cluster: Cluster, load: Load, rate: float) -> None:
    cluster.scale("deployment/web", ceil(rate / POD_RATE))
    load.set(rate)


def _unplaced(cluster: Cluster) -> list[str]:
    pods = cluster.get("pods", selector="app=web")
    return [
        pod.metadata.name
        for pod in pods
        if not pod.spec.node_name and pod.metadata.deletion_timestamp is None
    ]


# DOC: play-binding
def bind(cluster: Cluster, pod: str, node: str) -> str:
    """What the scheduler does in the end: tell the API server that this pod runs on that node."""
    asked = Request("create", "pods", "default", pod, "binding", node, component=YOU)
    cluster.api.handle(asked).unwrap()
    written = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": pod}}
    text = json.dumps({**written, "target": {"kind": "Node", "name": node}}, separators=(",", ":"))
    return f"echo '{text}' | kubectl create --raw {path_of(pod)}/binding -f -"


def path_of(pod: str) -> str:
    """Where the API server keeps a pod."""
    return f"/api/v1/namespaces/default/pods/{pod}"


def _scheduler_parts(game: Game) -> None:
    cluster = game.cluster
    pod = game.choice("pod", "waiting pod", lambda: _unplaced(cluster))
    node = game.choice("node", "onto", lambda: list(cluster.workers))

    def place() -> str:
        if not pod.value:
            raise UsageError("every pod has a node: let time pass")
        return bind(cluster, pod.value, node.value)

    game.row(pod, node, game.button("place", "Place the pod", place))


def _schedule_by_itself(cluster: Cluster) -> str:
    return pod_template(cluster, "deployment/web", {"schedulerName": "default-scheduler"})


# The kubelet


def restarting(by_hand: bool, seed: int) -> Match:
    """Six pods on three machines; again and again one of them answers nobody any more."""
    cluster = Cluster(nodes=3, cpu="2", seed=seed)
    cluster.apply(MANIFEST.format(replicas=6, scheduler="default-scheduler"))
    cluster.run(10)
    if not by_hand:
        _probe_by_itself(cluster)
        cluster.run(60)
    load = cluster.load("web", POD_RATE)
    draw = Chance(seed).stream("play/hangs")
    for minute in range(MINUTES):
        moment = minute * MINUTE + round(draw.uniform(5, 40) * SECOND)
        cluster.clock.after(moment, _hang, cluster, draw.random())
        cluster.clock.after(minute * MINUTE, load.set, POD_RATE * (1 + minute / 3))
    cluster.clock.after(MINUTES * MINUTE, load.set, 0)
    return Match(cluster, load)


def _hang(cluster: Cluster, lot: float) -> None:
    names = ready_pods(cluster, "app=web")
    if names:
        hang_container(cluster, names[int(lot * len(names))])


def _kubelet_parts(game: Game) -> None:
    cluster = game.cluster
    pod = game.choice("pod", "pod", lambda: ready_pods(cluster, "app=web"))

    def chosen() -> str:
        if not pod.value:
            raise UsageError("no pod is ready: let time pass")
        return str(pod.value)

    def ask() -> str:
        name = chosen()
        found = cluster.get(f"pod/{name}")
        answer = cluster.request(f"{found.status.pod_ip}:8080", "/healthz", node="node-1")
        game.note = f"{name}: {answer.status or answer.error}"
        return f"kubectl get --raw {path_of(name)}:8080/proxy/healthz"

    def restart() -> str:
        name = chosen()
        worker = cluster.workers[cluster.get(f"pod/{name}").spec.node_name]
        for container in worker.runtime.containers(cluster.get(f"pod/{name}").metadata.uid):
            container.exit(137, "Error")
        return "no kubectl for this: the kubelet kills a container itself"

    game.row(
        pod,
        game.button("ask", "Ask the pod how it is", ask),
        game.button("restart", "Restart the container", restart),
    )


def _probe_by_itself(cluster: Cluster) -> str:
    return pod_template(cluster, "deployment/web", {"containers": [{"name": "shop", **PROBES}]})


# The game


class Role(NamedTuple):
    """One part that can be played."""

    title: str
    controller: str
    begin: Callable[[bool, int], Match]
    parts: Callable[[Game], None]
    hand_over: Callable[[Cluster], str]


class Game(Controls):
    """Ten minutes in somebody's place. ``lost`` counts yours, ``rival`` those of the controller."""

    def __init__(self, role: Role, seed: int):
        self.role = role
        self.seed = seed
        self.match = role.begin(True, seed)
        self.note = ""
        self.ends = self.match.cluster.elapsed + MINUTES * 60
        self.handed_over = False
        super().__init__(self.match.cluster, "deployment/web", PACE, role.title)
        role.parts(self)
        self.row(self.button("over", f"Hand over to {role.controller}", self._hand_over))
        waiting(self)
        self.show()

    @property
    def left(self) -> float:
        """Seconds until the shop closes."""
        return max(self.ends - self.cluster.elapsed, 0.0)

    @property
    def lost(self) -> int:
        """Orders lost so far."""
        return self.match.lost

    @cached_property
    def rival(self) -> int:
        """Orders that the controller loses in the same ten minutes."""
        match = self.role.begin(False, self.seed)
        match.cluster.run(MINUTES * 60)
        return match.lost

    def finish(self) -> str:
        """Let the rest of the time pass; what both have lost."""
        self.cluster.run(self.left)
        self.view.refresh()
        self.mirror()
        self.console.tell(self.kubectl, self.outcome())
        return self.console.outcome

    def _hand_over(self) -> str:
        if self.handed_over:
            raise UsageError("it has been handed over already")
        self.handed_over = True
        command = self.role.hand_over(self.cluster)
        self.said.append(command)
        self.finish()
        return command

    def _do(self, act: Callable[[], str]) -> None:
        if self._quiet:
            return
        if self.left <= 0:
            self.console.tell(self.kubectl, self.outcome())
            return
        self.note = ""
        super()._do(act)

    def outcome(self) -> str:
        """The score so far; at the end both scores."""
        match = self.match
        score = f"{match.lost:,} of {match.orders:,} orders lost"
        if self.left <= 0:
            alone = f"{self.role.controller} alone loses {self.rival:,}"
            helped = f", the last part with {self.role.controller}" if self.handed_over else ""
            return f"The shop is closed. You{helped}: {score}; {alone}."
        note = f"{self.note}; " if self.note else ""
        rate = f"{match.load.rate:.0f} requests/s to {counted(len(match.load.pods), 'pod')}"
        return f"{note}{self.left:.0f} s left, {rate}, {score}"


ROLES: Mapping[str, Role] = {
    "scheduler": Role(
        "You are the scheduler",
        "kube-scheduler",
        scheduling,
        _scheduler_parts,
        _schedule_by_itself,
    ),
    "kubelet": Role(
        "You are the kubelet",
        "the kubelet",
        restarting,
        _kubelet_parts,
        _probe_by_itself,
    ),
}
"""The parts to play, by name."""


def play(role: str = "scheduler", seed: int = 7) -> Game:
    """Ten minutes as the scheduler or as the kubelet: ``play("kubelet")``.

    Raises ValueError for a part that is none.
    """
    if role not in ROLES:
        raise UsageError(f'there is no part "{role}"; there are {", ".join(ROLES)}')
    return Game(ROLES[role], seed)
