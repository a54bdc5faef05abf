"""The shop under an orchestrator: a real cluster that scales pods and machines by itself.

Everything that decides here is the engine's: Deployment, Service, probes, the horizontal pod
autoscaler, the cluster autoscaler. This file only declares, sends customers and keeps count.
"""

from __future__ import annotations

from typing import Any

from course.story.day import Day
from course.story.ledger import Ledger, Losses, Sample
from course.story.parameters import Parameters
from course.story.queueing import served
from course.story.traffic import Arrivals, Hours, arrivals, minutes_of, troubles_in, upkeep
from course.story.trouble import strike
from kubelite import Cluster
from kubelite.cluster.infrastructure import NodePool
from kubelite.cluster.infrastructure.costs import rate
from kubelite.sim.clock import MINUTE

NAME = "orchestrator"
LEAST = 2
"""Replicas and machines that are always there, so that one may fail."""

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
      containers:
      - name: shop
        image: shop:1.0
        ports: [{{name: http, containerPort: 8080}}]
        env:
        - {{name: CPU_MS_PER_REQUEST, value: "{cpu_ms}"}}
        resources:
          requests: {{cpu: "1", memory: 512Mi}}
          limits: {{cpu: "1", memory: 512Mi}}
        readinessProbe:
          httpGet: {{path: /ready, port: http}}
        livenessProbe:
          httpGet: {{path: /healthz, port: http}}
---
apiVersion: v1
kind: Service
metadata: {{name: web}}
spec:
  selector: {{app: web}}
  ports: [{{port: 80, targetPort: http}}]
"""
"""Each pod asks for one core and gets no more, so a pod is half of a server."""


# DOC: story-cluster
def open_shop(numbers: Parameters, seed: int = 7) -> Cluster:
    """A cluster with the shop in it, scaled by autoscalers; its customers are not there yet."""
    machines = int(numbers.most_servers)
    pool = NodePool(
        "shop",
        count=LEAST,
        machine_type="standard-2",
        price_per_hour=numbers.prices.server_hour,
        min=LEAST,
        max=machines,
        auto_repair=True,
    )
    cluster = Cluster(nodes=0, seed=seed, pools=[pool])
    cluster.cloud.boot_time = round(numbers.boot_minutes * MINUTE)
    cluster.apply(MANIFEST.format(replicas=LEAST, cpu_ms=numbers.cpu_seconds * 1000))
    most = machines * numbers.prices.cores
    cluster.autoscale("deployment/web", max=most, min=LEAST, cpu=round(numbers.target * 100))
    cluster.autoscale_nodes()
    cluster.run_until("deployment/web ready")
    return cluster


class Watcher:
    """Sends each minute's customers to the Service and writes down what came of them."""

    def __init__(self, cluster: Cluster, numbers: Parameters):
        self.cluster = cluster
        self.numbers = numbers
        self.load = cluster.load("web", 0)
        self.losses = Losses()
        self._sizes: tuple[int, int] = (0, 0)

    def minute(self, minute: int, came: Arrivals) -> Sample:
        """One minute of the day."""
        self.load.set(came.requests / 60)
        before = self.load.totals()
        self.cluster.run(60)
        after = self.load.totals()
        failed = after.failed - before.failed
        pods = len(self.load.pods)
        share = failed / came.requests if came.requests else 0.0
        each = served(
            round(came.requests / 60 / max(pods, 1), 2),
            1 if pods else 0,
            self.numbers.cpu_seconds,
            self.numbers.patience,
        )
        share = min(max(share, each.lost), 1.0)
        answered = came.requests * (1 - share)
        machines = len(self.cluster.cloud.instances)
        return Sample(
            hour=minute / 60,
            seconds=60,
            sent=came.requests,
            failed=came.requests * share,
            p50=each.latency(0.5),
            p95=each.latency(0.95),
            p99=each.latency(0.99),
            orders=came.orders,
            orders_lost=self.losses.of(came.orders, share),
            per_hour=self._per_hour(),
            replicas=pods,
            wanted=self._wanted(),
            nodes=machines,
            busy=answered / 60 / (machines * self.numbers.server_rate) if machines else 0.0,
        )

    def _wanted(self) -> int:
        found: Any = self.cluster.get("deployment/web")
        return int(found.spec.replicas)

    def _per_hour(self) -> float:
        """Machines, load balancer and control plane."""
        prices = self.numbers.prices
        fixed = prices.balancer_hour + prices.control_plane_hour
        return rate(self.cluster.cloud.charges, self.cluster.clock.now) + fixed


def run(numbers: Parameters, seed: int, chaos: bool, hours: Hours) -> Day:
    """The day, minute by minute."""
    cluster = open_shop(numbers, seed)
    watcher = Watcher(cluster, numbers)
    coming = troubles_in(numbers, seed, chaos, hours)
    log, samples = [], []
    customers = arrivals(numbers, seed)
    for minute in minutes_of(hours):
        came = customers[minute]
        while coming and coming[0].minute <= minute:
            one = coming.pop(0)
            log.append((minute, f"{one.what}: {strike(cluster, one.what, one.lot)}"))
        samples.append(watcher.minute(minute, came))
    ledger = Ledger(samples, NAME)
    return Day(NAME, seed, numbers, ledger, upkeep(numbers, hours), tuple(log), cluster)
