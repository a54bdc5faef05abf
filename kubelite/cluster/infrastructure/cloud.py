"""The simulated cloud: it owns the machines of all pools, switches them on and takes them away.

A machine is paid for from the moment it is ordered until it is given back. It boots for a minute.
When it is taken away its node object follows within five seconds, as with a cloud's node
lifecycle controller (k8s.io/cloud-provider/controllers/nodelifecycle).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kubelite.api.conditions import condition, node_ready
from kubelite.api.core_v1 import Node
from kubelite.apimachinery.rest import MERGE_PATCH
from kubelite.apimachinery.struct import Value, to_dict
from kubelite.client import EventRecorder
from kubelite.client.events import NORMAL
from kubelite.cluster.infrastructure.catalogue import BOOT_TIME, REPAIR_AFTER, worth
from kubelite.cluster.infrastructure.pools import NodePool
from kubelite.cluster.machines import Worker, World
from kubelite.sim.clock import MINUTE, SECOND, Timer

COMPONENT = "cloud-node-lifecycle-controller"
NODE_MONITOR_PERIOD = 5 * SECOND
REPAIR_PERIOD = MINUTE
FIRST_NUMBER = 10_000  # machines of pools have addresses from 192.168.39.26 on


class Charge(Value):
    """From ``when`` (microseconds) on, ``per_hour`` dollars more (or less) for a pool."""

    when: int
    pool: str
    per_hour: float


class Instance:
    """A machine of a pool. ``worker`` is there once it has booted; ``ordered`` is microseconds."""

    def __init__(self, name: str, pool: NodePool, ordered: int):
        self.name = name
        self.pool = pool.name
        self.machine_type = pool.machine_type
        self.zone = pool.zone
        self.price = pool.price
        self.ordered = ordered
        self.worker: Worker | None = None
        self.boot: Timer | None = None
        self.leaving = False

    def matches(self, pool: NodePool) -> bool:
        """Whether it is such a machine as the pool asks for."""
        return (self.machine_type, self.zone) == (pool.machine_type, pool.zone)

    @property
    def broken(self) -> bool:
        """It has booted and has no power."""
        return self.worker is not None and not self.worker.powered


class Cloud:
    """Pools by name, their machines by name, and every charge so far, oldest first.

    ``boot_time`` and ``stock`` may be set: how long a machine boots, and how many of a type can
    be had (a type that is sold out boots never).
    """

    def __init__(self, world: World, workers: dict[str, Worker]):
        self.pools: dict[str, NodePool] = {}
        self.instances: dict[str, Instance] = {}
        self.charges: list[Charge] = []
        self.boot_time = BOOT_TIME
        self.stock: dict[str, int] = {}
        self._world = world
        self._clock = world.clock
        self._workers = workers
        self._client = world.client(COMPONENT)
        self._recorder = EventRecorder(self._client, COMPONENT)
        self._made: dict[str, int] = {}  # numbers of machines, by pool; none is used twice
        self._repairing = False

    # Machines

    def of(self, pool: str) -> list[Instance]:
        """The machines of a pool that are to stay, oldest first."""
        return [i for i in self.instances.values() if i.pool == pool and not i.leaving]

    def order(self, pool: NodePool, at_once: bool = False) -> str:
        """Ask for one more machine; its name. It boots, or runs ``at_once``."""
        number = self._made[pool.name] = self._made.get(pool.name, 0) + 1
        name = f"{pool.name}-{number}"
        self._record("order", name, f"{pool.machine_type} in {pool.zone}")
        instance = self.instances[name] = Instance(name, pool, self._clock.now)
        self._charge(pool.name, pool.price)
        left = self.stock.get(pool.machine_type)
        if left is not None:
            self.stock[pool.machine_type] = max(left - 1, 0)
        if at_once:
            self._boot(instance)
        elif left is None or left > 0:
            instance.boot = self._clock.after(self.boot_time, self._boot, instance)
        return name

    def _boot(self, instance: Instance) -> None:
        pool = self.pools[instance.pool]
        number = FIRST_NUMBER + sum(self._made.values())
        worker = Worker(
            self._world,
            instance.name,
            number,
            pool.type.size,
            pool.node_labels,
            pool.node_taints,
        )
        self._workers[instance.name] = instance.worker = worker
        worker.power_on()
        self._world.machines_changed()

    def destroy(self, name: str) -> None:
        """Give a machine back, whatever runs on it."""
        instance = self.instances[name]
        if instance.leaving:
            return
        self._record("give back", name)
        instance.leaving = True
        self._charge(instance.pool, -instance.price)
        if instance.boot:
            instance.boot.cancel()
        if instance.worker:
            instance.worker.power_off()
            self._world.machines_changed()
        self._clock.after(NODE_MONITOR_PERIOD, self._forget, name)

    def _forget(self, name: str) -> None:
        """The node goes after its machine."""
        del self.instances[name]
        self._workers.pop(name, None)
        node = self._world.server.find("nodes", "", name)
        if node is not None:
            text = f"Deleting node {name} because it does not exist in the cloud provider"
            self._recorder.event(node, NORMAL, "DeletingNode", text)
            self._client.delete("nodes", name)

    def replace(self, name: str) -> str:
        """A new machine in the place of one; the new one's name. Nothing is drained."""
        pool = self.pools[self.instances[name].pool]
        new = self.order(pool)
        self.destroy(name)
        return new

    # Pools

    def set_pool(self, pool: NodePool) -> None:
        """Remember what is declared of a pool, and change on its nodes what can be changed."""
        before = self.pools.get(pool.name)
        self.pools[pool.name] = pool
        if pool.auto_repair and not self._repairing:
            self._repairing = True
            self._clock.after(REPAIR_PERIOD, self._repair)
        if before is None:
            return
        for instance in self.of(pool.name):
            if instance.price != pool.price and instance.matches(pool):
                self._charge(pool.name, pool.price - instance.price)
                instance.price = pool.price
            if instance.worker:
                instance.worker.taints = pool.node_taints
            node = self._world.server.find("nodes", "", instance.name)
            if node is not None:
                self._change(node, before, pool)

    def _change(self, node: Node, before: NodePool, after: NodePool) -> None:
        """Labels and taints of a node, as far as they are the pool's."""
        gone = [key for key in before.labels if key not in after.labels]
        labels = {**dict.fromkeys(gone), **after.labels}
        kept = [taint for taint in node.spec.taints if taint not in before.node_taints]
        taints = [to_dict(taint) for taint in (*kept, *after.node_taints)]
        patch = {"metadata": {"labels": labels}, "spec": {"taints": taints}}
        self._client.patch("nodes", node.metadata.name, "", patch, MERGE_PATCH)

    def drop_pool(self, name: str) -> None:
        """Forget a pool whose machines have gone."""
        del self.pools[name]

    # DOC: node-repair
    def _repair(self) -> None:
        """Replace machines whose node has not been Ready for ten minutes."""
        pools = [pool for pool in self.pools.values() if pool.auto_repair]
        self._repairing = bool(pools)
        if not pools:
            return
        self._clock.after(REPAIR_PERIOD, self._repair)
        for instance in [one for pool in pools for one in self.of(pool.name)]:
            node = self._world.server.find("nodes", "", instance.name)
            if instance.worker and (node is None or self._unready_too_long(node)):
                self._record("repair", instance.name, "not Ready for ten minutes: replaced")
                self.replace(instance.name)

    def _unready_too_long(self, node: Node) -> bool:
        ready = condition(node, "Ready")
        since = ready.last_transition_time if ready else None
        return not node_ready(node) and self._clock.now - (since or 0) >= REPAIR_AFTER

    # Books

    def _charge(self, pool: str, per_hour: float) -> None:
        self.charges.append(Charge(self._clock.now, pool, per_hour))

    def _record(self, verb: str, name: str, note: str = "") -> None:
        self._clock.cause = self._world.trace.record("cloud", verb, ("nodes", "", name), note=note)

    # What the cluster autoscaler asks of a cloud: autoscaler.CloudProvider

    def node_groups(self) -> Iterable[NodeGroup]:
        """The pools that may be scaled."""
        return [NodeGroup(self, pool.name) for pool in self.pools.values() if pool.max]

    def group_of(self, node: str) -> NodeGroup | None:
        """The pool a node belongs to, if it may be scaled."""
        instance = self.instances.get(node)
        pool = self.pools.get(instance.pool) if instance else None
        return NodeGroup(self, pool.name) if pool and pool.max else None

    def pod_price(self, milli_cpu: int, memory: int) -> float:
        """What these requests are worth for an hour."""
        return worth(milli_cpu, memory)


class NodeGroup:
    """A pool as the autoscaler sees it."""

    def __init__(self, cloud: Cloud, name: str):
        self._cloud = cloud
        self.name = name

    @property
    def _pool(self) -> NodePool:
        return self._cloud.pools[self.name]

    @property
    def min_size(self) -> int:
        """The least number of machines."""
        return self._pool.min

    @property
    def max_size(self) -> int:
        """The greatest number of machines."""
        return self._pool.max

    @property
    def target_size(self) -> int:
        """How many machines there are, those that still boot included."""
        return len(self._cloud.of(self.name))

    @property
    def price(self) -> float:
        """Dollars for one machine and one hour."""
        return self._pool.price

    def machines(self) -> dict[str, int]:
        """The names of its machines, and when each was ordered, in microseconds."""
        return {instance.name: instance.ordered for instance in self._cloud.of(self.name)}

    def template(self, name: str) -> Node:
        """A node as the next machine would make it."""
        return self._pool.template(name)

    def increase_size(self, by: int) -> None:
        """Order so many more machines."""
        for _ in range(by):
            self._cloud.order(self._pool)
        self._resized()

    def delete_node(self, name: str) -> None:
        """Give back a machine, and want one less."""
        self._cloud.destroy(name)
        self._resized()

    def _resized(self) -> None:
        cloud, pool = self._cloud, self._pool
        cloud.pools[self.name] = replace(pool, count=self.target_size)
