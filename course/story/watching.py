"""The same ledger for any cluster with a load on one of its Services."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isinf
from typing import Any

from course.story.ledger import Ledger, Losses, Sample
from course.story.parameters import Parameters, parameters
from course.story.queueing import Served, served
from kubelite.cluster.infrastructure.costs import rate as price_rate

Rate = float | Callable[[float], float]
"""Requests a second, or a function of the seconds since the watching began."""


def watch_traffic(
    cluster: Any,
    service: str = "web",
    rate: Rate = 10.0,
    seconds: float = 600,
    step: float = 10,
    numbers: Parameters | None = None,
    title: str = "",
) -> Ledger:
    """Send a load to a Service, let the cluster run, and write down what came of it.

    The rate is set anew at each ``step``. Orders are counted as the story counts them.
    """
    known = numbers or parameters()
    target = service.removeprefix("service/").removeprefix("svc/")
    load, losses, samples = cluster.load(target, 0), Losses(), []
    bought = 0.0
    begin = cluster.elapsed
    while (passed := cluster.elapsed - begin) < seconds - 1e-6:
        now = rate(passed) if callable(rate) else rate
        bought += now * step * known.order_share
        orders, bought = int(bought), bought - int(bought)
        samples.append(stretch(cluster, load, now, step, orders, losses, known))
    load.set(0)
    return Ledger(samples, title or f"service/{target}", "virtual time (s)")


def stretch(
    cluster: Any,
    load: Any,
    rate: float,
    step: float,
    orders: int,
    losses: Losses,
    numbers: Parameters,
) -> Sample:
    """What came of one stretch of ``step`` seconds, in which so many orders were placed."""
    load.set(rate)
    began, before = cluster.elapsed, load.totals()
    cluster.run(step)
    after = load.totals()
    sent, failed = after.sent - before.sent, after.failed - before.failed
    pods, each = len(load.pods), _each(load, rate, numbers.patience)
    share = min(max(failed / sent if sent else 0.0, each.lost), 1.0)
    machines = [name for name, worker in cluster.workers.items() if worker.powered]
    capacity = load.capacity
    return Sample(
        hour=began,
        seconds=step,
        sent=sent,
        failed=sent * share,
        p50=each.latency(0.5),
        p95=each.latency(0.95),
        p99=each.latency(0.99),
        orders=orders,
        orders_lost=losses.of(orders, share),
        per_hour=price_rate(cluster.cloud.charges, cluster.clock.now),
        replicas=pods,
        wanted=_wanted(cluster, load),
        nodes=max(len(machines), len(cluster.cloud.instances)),
        busy=0.0 if isinf(capacity) or not capacity else min(rate / capacity, 1.0),
    )


def _each(load: Any, rate: float, patience: float) -> Served:
    """What one of the pods makes of its share: so many counters as it may have cores."""
    pods = len(load.pods)
    if not pods:
        return served(rate, 0, 1.0, patience)
    capacity = load.capacity / pods
    if capacity in (0.0, inf):
        return Served(rate / pods, 1, 0.0, patience, 0.0, 0.0, 0.0)
    cost = load.page_seconds
    counters = max(round(capacity * cost), 1)
    return served(round(rate / pods, 2), counters, counters / capacity, patience)


def _wanted(cluster: Any, load: Any) -> int:
    """What the Deployments behind the Service ask for together."""
    selector = cluster.get(f"service/{load.service}").spec.selector
    return sum(
        one.spec.replicas or 0
        for one in cluster.get("deployments")
        if selector and selector.items() <= one.spec.template.metadata.labels.items()
    )
