"""What a learner asks of machines that are declared in pools: plan, apply, count the cost.

The autoscaler and the descheduler are imported when they are switched on: few clusters have them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from kubelite.apimachinery.told import UsageError
from kubelite.cluster.infrastructure import costs, planning
from kubelite.cluster.infrastructure.catalogue import PriceList, price_list
from kubelite.cluster.infrastructure.cloud import Cloud
from kubelite.cluster.infrastructure.pools import NodePool, read_pools
from kubelite.cluster.machines import World
from kubelite.sim.clock import SECOND, Clock

if TYPE_CHECKING:
    from kubelite.autoscaler import ClusterAutoscaler
    from kubelite.cluster import capacity
    from kubelite.cluster.cluster import Cluster
    from kubelite.descheduler import Descheduler
    from kubelite.descheduler.evictor import Evicted


class Infrastructure:
    """The part of a cluster that owns machines. ``Cluster`` is the whole."""

    clock: Clock
    cloud: Cloud
    autoscaler: ClusterAutoscaler | None = None
    descheduler: Descheduler | None = None
    _world: World
    _documents: Callable[[Any], list[dict[str, Any]]]

    # Declared

    def plan(self, pools: Any) -> planning.Plan:
        """What would have to be done so that there are these node pools and no others.

        ``pools`` is NodePool records, dicts, YAML text or a file's name. Raises ValueError.
        """
        return planning.plan(self.cloud, self._read(pools), self.autoscaler is not None)

    def apply_infrastructure(self, wanted: Any, timeout: float = 3600) -> planning.Applied:
        """Carry out a plan, or make one for these pools and carry it out; waits for the end.

        Raises RuntimeError when the plan is stale, DrainError and TimeoutError as drain does.
        """
        found = wanted if isinstance(wanted, planning.Plan) else self.plan(wanted)
        return planning.apply(self._whole, self.cloud, found, timeout)

    @property
    def pools(self) -> tuple[NodePool, ...]:
        """The node pools as they are now."""
        return tuple(self.cloud.pools.values())

    def replace_node(self, name: str) -> str:
        """Order a machine in the place of a broken one, which is given back; the new name."""
        name = name.removeprefix("node/")
        if name not in self.cloud.instances:
            known = ", ".join(self.cloud.instances) or "none"
            raise UsageError(f"{name} is no machine of a node pool; there are {known}")
        return self.cloud.replace(name)

    @staticmethod
    def machine_types() -> PriceList:
        """The catalogue of machine types, with prices."""
        return price_list()

    # By itself

    def autoscale_nodes(self, **flags: Any) -> ClusterAutoscaler:
        """Switch the cluster autoscaler on, for pools that have a ``max``.

        Flags are upstream's: ``autoscale_nodes(scale_down_unneeded_time=60, expander="price")``;
        times are seconds. Called again, it starts anew with these. Raises ValueError.
        """
        from kubelite.autoscaler import ClusterAutoscaler
        from kubelite.autoscaler.options import read_options
        from kubelite.autoscaler.static_autoscaler import COMPONENT

        options = read_options(**flags)
        if self.autoscaler is not None:
            self.autoscaler.stop()
        client = self._world.client(COMPONENT)
        self.autoscaler = ClusterAutoscaler(client, self.cloud, self._world.chance, options)
        self.autoscaler.start()
        return self.autoscaler

    def deschedule(
        self, *strategies: str, policy: Any = None, interval: float = 0, **args: Any
    ) -> tuple[Evicted, ...]:
        """Run the descheduler once and say whom it has evicted; with ``interval`` also later.

        ``strategies`` are upstream's names, ``args`` their arguments:
        ``deschedule("HighNodeUtilization", thresholds={"cpu": 20})``. Or give a whole
        DeschedulerPolicy. Raises ValueError.
        """
        from kubelite.descheduler import Descheduler, Policy, read_policy
        from kubelite.descheduler.policy import checked

        if policy is None:
            wanted = Policy(tuple((name, args) for name in checked(strategies)))
        else:
            wanted = read_policy(policy if isinstance(policy, dict) else self._documents(policy)[0])
        self.stop_descheduling()
        self.descheduler = Descheduler(self._world.client("descheduler"), wanted)
        if interval:
            self.descheduler.start(interval)
            return tuple(self.descheduler.evicted)
        return self.descheduler.run_once()

    def stop_descheduling(self) -> None:
        """No more rounds."""
        if self.descheduler is not None:
            self.descheduler.stop()

    # Counted

    def cost(self) -> costs.Cost:
        """What the machines cost at this moment, and have cost so far."""
        api = self._whole.api
        return costs.cost(self.cloud, api.all("nodes"), api.all("pods"), self.clock.now)

    def cost_over_time(self, step: float = 60, pool: str = "") -> list[tuple[float, float, float]]:
        """Seconds since the cluster was ready, dollars an hour, dollars so far: every ``step``."""
        start, charges = self._whole.history.start, self.cloud.charges
        stride = round(step * SECOND)
        moments = [*range(start, self.clock.now, stride), self.clock.now]
        return [
            (
                (when - start) / SECOND,
                costs.rate(charges, when, pool),
                costs.spent(charges, when, pool),
            )
            for when in moments
        ]

    def warnings(self) -> capacity.Warnings:
        """What runs low, judged by requests: for those who look after the cluster."""
        from kubelite.cluster import capacity

        api = self._whole.api
        return capacity.warnings(api.all("nodes"), api.all("pods"))

    # Behind

    @property
    def _whole(self) -> Cluster:
        return cast("Cluster", self)

    def _read(self, pools: Any) -> tuple[NodePool, ...]:
        if isinstance(pools, NodePool | Mapping):
            return read_pools([pools])
        if isinstance(pools, Sequence) and not isinstance(pools, str):
            return read_pools(_flat(pools))
        return read_pools(self._documents(pools))

    def _begin(self, pools: Any) -> None:
        """The machines a cluster starts with run at once."""
        for pool in self._read(pools):
            self.cloud.set_pool(pool)
            for _ in range(pool.count):
                self.cloud.order(pool, at_once=True)


def _flat(pools: Iterable[Any]) -> Iterable[NodePool | Mapping[str, Any]]:
    for one in pools:
        if not isinstance(one, NodePool | Mapping):
            raise UsageError(f"{one!r} is no node pool: give NodePool(...) or a dict")
        yield one
