"""Two hours of Black Friday in which everything goes wrong, for a shop of your own.

Nothing here decides for the shop: what heals, scales or holds back is in the manifest, or is not.
The customers of a seed, and what goes wrong, are the same for every manifest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from course.story.day import Day
from course.story.ledger import Ledger, Losses
from course.story.orchestrated import LEAST
from course.story.parameters import Parameters, parameters
from course.story.traffic import Hours, arrivals, minutes_of, upkeep
from course.story.trouble import containers_of, powered_nodes, ready_pods, slow_network, strike
from course.story.watching import stretch
from kubelite import Cluster
from kubelite.api.policy_v1 import Eviction
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.rest import STRATEGIC_PATCH, Request
from kubelite.apimachinery.told import UsageError
from kubelite.cluster.infrastructure import NodePool
from kubelite.sim.chance import Chance
from kubelite.sim.clock import MINUTE, SECOND

HOURS: Hours = (9, 11)
STORM = (
    (10, "hang container"),
    (25, "bad version"),
    (60, "kill node"),
    (80, "slow network"),
    (100, "maintenance"),
)
"""Minutes after the beginning, and what happens then."""

SLOW_MS, SLOW_MINUTES = 1500, 5
MAINTENANCE_MINUTES = 10
TOO_MANY_REQUESTS = 429  # what a disruption budget answers
BAD = {"name": "LOSE_DATABASE_AFTER_SECONDS", "value": "-1"}
"""What is wrong with the bad version: it never finds its database, so its pages are errors."""

KEPT = 16

OPENING = 300
"""Seconds that a shop has to open before the first customer."""


# DOC: story-storm
def storm(
    manifest: str,
    machines: int = LEAST,
    most_machines: int = 0,
    title: str = "my shop",
    seed: int = 7,
    numbers: Parameters | None = None,
) -> Day:
    """Run a shop through the storm: a Deployment and a Service, both called web, and what you add.

    ``machines`` servers of two cores; with ``most_machines`` an autoscaler orders more, up to so
    many, and broken ones are replaced. The team does what people do, at their speed: it takes
    the bad version back, and restarts what customers complain about. Raises ValueError for a
    manifest without web, StatusError for one that is refused.
    """
    found = _weathered(manifest, machines, most_machines, seed, numbers or parameters())
    return replace(found, strategy=title, ledger=Ledger(found.ledger.samples, title))


@lru_cache(maxsize=KEPT)
def _weathered(manifest: str, machines: int, most: int, seed: int, numbers: Parameters) -> Day:
    """Kept, because the same arguments give the same hours."""
    return _Storm(_opened(manifest, machines, most, seed, numbers), numbers, seed).run()


def _opened(manifest: str, machines: int, most: int, seed: int, numbers: Parameters) -> Cluster:
    price = numbers.prices.server_hour
    least, repair = (machines, True) if most else (0, False)
    pool = NodePool(
        "shop",
        machines,
        "standard-2",
        price_per_hour=price,
        min=least,
        max=most,
        auto_repair=repair,
    )
    cluster = Cluster(nodes=0, seed=seed, pools=[pool])
    cluster.cloud.boot_time = round(numbers.boot_minutes * MINUTE)
    cluster.apply(manifest)
    for needed in ("deployment/web", "service/web"):
        try:
            cluster.get(needed)
        except StatusError:
            raise UsageError(f"the manifest has no {needed}") from None
    if most:
        cluster.autoscale_nodes()
    cluster.run(OPENING)
    return cluster


class _Storm:
    """One run: the customers, what befalls the cluster, and the people."""

    def __init__(self, cluster: Cluster, numbers: Parameters, seed: int):
        self.cluster, self.numbers, self.seed = cluster, numbers, seed
        self.draw = Chance(seed).stream("story/storm")
        selector = cluster.get("service/web").spec.selector
        self.selector = ",".join(f"{key}={value}" for key, value in selector.items())
        self.later: list[tuple[int, Callable[[int], str]]] = []
        self.log: list[tuple[int, str]] = []
        self.worked = upkeep(numbers, HOURS)

    def run(self) -> Day:
        """Minute by minute."""
        customers, minutes = arrivals(self.numbers, self.seed), minutes_of(HOURS)
        load, losses, samples = self.cluster.load("web", 0), Losses(), []
        prices = self.numbers.prices
        fixed = prices.balancer_hour + prices.control_plane_hour
        self.later = [(minutes[0] + at, self._doing(what)) for at, what in STORM]
        for minute in minutes:
            self._happen(minute)
            came = customers[minute]
            one = stretch(
                self.cluster, load, came.requests / 60, 60, came.orders, losses, self.numbers
            )
            samples.append(one._replace(hour=minute / 60, per_hour=one.per_hour + fixed))
        ledger, log = Ledger(samples, "storm"), tuple(self.log)
        return Day("storm", self.seed, self.numbers, ledger, self.worked, log, self.cluster)

    def _happen(self, minute: int) -> None:
        due = [one for one in self.later if one[0] <= minute]
        self.later = [one for one in self.later if one[0] > minute]
        for _, act in due:
            if said := act(minute):
                self.log.append((minute, said))

    def _doing(self, what: str) -> Callable[[int], str]:
        lot = self.draw.random()
        acts: dict[str, Callable[[int], str]] = {
            "hang container": lambda minute: self._hang(minute, lot),
            "bad version": self._bad_version,
            "kill node": lambda minute: f"{self._strike('kill node', lot)} loses its power",
            "slow network": self._slow,
            "maintenance": self._maintain,
        }
        return acts[what]

    def _strike(self, what: str, lot: float) -> str:
        return strike(self.cluster, what, lot, self.selector)

    def _hang(self, minute: int, lot: float) -> str:
        pod = self._strike("hang container", lot)
        found = containers_of(self.cluster, pod) if pod else ()
        noticed = minute + round(self.numbers.complaint_minutes)

        def complained(_: int) -> str:
            there = pod in self.cluster.get("pods").names
            if not there or not any(one.running for one in found):
                return ""
            self.worked += self.numbers.restart_minutes
            self.cluster.delete(f"pod/{pod}", grace_period_seconds=0)
            return f"customers have complained: the team deletes {pod}"

        self.later.append((noticed, complained))
        return f"{pod or 'nobody'} hangs"

    def _bad_version(self, minute: int) -> str:
        (first, *_) = self.cluster.get("deployment/web").spec.template.spec.containers
        change = {"containers": [{"name": first.name, "env": [BAD]}]}
        patch = {"spec": {"template": {"spec": change}}}
        self.cluster.patch("deployment/web", patch, patch_type=STRATEGIC_PATCH)
        numbers = self.numbers
        waits = numbers.alarm_minutes + numbers.answer_minutes + numbers.decide_minutes

        def undone(_: int) -> str:
            self.worked += numbers.decide_minutes
            self.cluster.rollout_undo("deployment/web")
            return "the team takes the bad version back"

        self.later.append((minute + round(waits), undone))
        return "a bad version is rolled out"

    def _slow(self, minute: int) -> str:
        slow_network(self.cluster, SLOW_MS)

        def over(_: int) -> str:
            slow_network(self.cluster, 0)
            return "the network is quick again"

        self.later.append((minute + SLOW_MINUTES, over))
        return f"the network is slow: everything takes {SLOW_MS} ms more"

    def _maintain(self, minute: int) -> str:
        """Empty every second machine at once, as a careless script does; open them later."""
        names = powered_nodes(self.cluster)[::2]
        for name in names:
            self.cluster.cordon(name)
            self._evict(name)

        def reopened(_: int) -> str:
            for name in sorted({*names} & {*self.cluster.get("nodes").names}):
                self.cluster.uncordon(name)
            return "maintenance is over"

        self.later.append((minute + MAINTENANCE_MINUTES, reopened))
        return f"every second machine is emptied at once: {', '.join(names)}"

    def _evict(self, name: str) -> None:
        """Evict whom the budgets let go; ask for the others again in five seconds."""
        cluster, refused = self.cluster, False
        if name not in cluster.get("nodes").names:
            return
        if not cluster.get(f"node/{name}").spec.unschedulable:
            return
        for pod in ready_pods(cluster, self.selector):
            if cluster.get(f"pod/{pod}").spec.node_name == name:
                body = Eviction(metadata=ObjectMeta(name=pod, namespace="default"))
                asked = Request("create", "pods", "default", pod, "eviction", body, "team")
                refused |= cluster.api.handle(asked).code == TOO_MANY_REQUESTS
        if refused:
            cluster.clock.after(5 * SECOND, self._evict, name)
