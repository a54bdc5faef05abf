"""From the pools there are to the pools that are declared: a plan, and carrying it out.

Plans read as Terraform's. What a cloud can change on running machines (count, labels, taints,
limits) is changed in place; a machine of another type or zone, or a broken one, is replaced: the
new machine first, then the old one is drained and given back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from kubelite.api.conditions import node_ready
from kubelite.cluster.infrastructure.cloud import Cloud, Instance
from kubelite.cluster.infrastructure.pools import FIELDS, NodePool

if TYPE_CHECKING:
    from kubelite.cluster.cluster import Cluster

CREATE, CHANGE, REPLACE, DESTROY = "+", "~", "-/+", "-"
SAID = {
    CREATE: "will be created",
    CHANGE: "will be updated in-place",
    REPLACE: "must be replaced",
    DESTROY: "will be destroyed",
}
LEGEND = {
    CREATE: "create",
    CHANGE: "update in-place",
    REPLACE: "replace, one machine after another: the new one first",
    DESTROY: "destroy",
}
FORCES_REPLACEMENT = ("machine_type", "zone")
NO_CHANGES = "No changes. Your infrastructure matches the configuration."


class Difference(NamedTuple):
    """One field that is to become another; "" stands for nothing."""

    field: str
    before: str
    after: str
    forces_replacement: bool = False

    def __str__(self) -> str:
        forces = " # forces replacement" if self.forces_replacement else ""
        if not self.before:
            return f"+ {self.field} = {self.after}{forces}"
        if not self.after:
            return f"- {self.field} = {self.before}{forces}"
        return f"~ {self.field} = {self.before} -> {self.after}{forces}"


class Change(NamedTuple):
    """What is to happen to one pool; ``replaced`` are machines to be replaced."""

    action: str
    name: str
    before: NodePool | None
    after: NodePool | None
    differences: tuple[Difference, ...] = ()
    replaced: tuple[str, ...] = ()

    def __str__(self) -> str:
        width = max((len(d.field) for d in self.differences), default=0)
        lines = [f"  # node_pool.{self.name} {SAID[self.action]}"]
        lines.append(f'{self.action:>3} resource "node_pool" "{self.name}" {{')
        for found in self.differences:
            padded = found._replace(field=found.field.ljust(width))
            lines.append(f"      {padded}")
        for machine in self.replaced:
            lines.append(f'    -/+ machine "{machine}"')
        return "\n".join([*lines, "    }"])


class Plan:
    """What has to be done so that the pools are as declared. ``changes`` is one for each pool.

    ``seen`` is what the plan was made from: a plan is stale when that has changed.
    """

    def __init__(self, changes: Sequence[Change], wanted: Sequence[NodePool], seen: object):
        self.changes = tuple(changes)
        self.wanted = tuple(wanted)
        self.seen = seen

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many pools are added, changed, destroyed; a replaced one is added and destroyed."""
        done = [change.action for change in self.changes]
        replaced = done.count(REPLACE)
        return (done.count(CREATE) + replaced, done.count(CHANGE), done.count(DESTROY) + replaced)

    def __repr__(self) -> str:
        if not self.changes:
            return NO_CHANGES
        actions = list(dict.fromkeys(change.action for change in self.changes))
        lines = ["Resource actions are indicated with the following symbols:"]
        lines += [f"{sign:>3} {LEGEND[sign]}" for sign in LEGEND if sign in actions]
        lines += ["", "The following actions will be performed:", ""]
        for change in self.changes:
            lines += [str(change), ""]
        add, changed, destroyed = self.counts
        lines.append(f"Plan: {add} to add, {changed} to change, {destroyed} to destroy.")
        return "\n".join(lines)


class Applied(tuple[str, ...]):
    """What was done, line by line."""

    def __repr__(self) -> str:
        return "\n".join(self)


# DOC: infrastructure-plan
def plan(cloud: Cloud, wanted: Sequence[NodePool], scaled: bool = False) -> Plan:
    """Compare the declared pools with those there are; ``scaled`` when an autoscaler runs."""
    changes = []
    names = [pool.name for pool in wanted]
    for pool in wanted:
        before = cloud.pools.get(pool.name)
        if before is None:
            change: Change | None = _created(pool)
        else:
            sized = _sized(before, pool) if scaled else pool
            change = _changed(before, sized, cloud.of(pool.name))
        if change is not None:
            changes.append(change)
    changes += [_destroyed(pool) for name, pool in cloud.pools.items() if name not in names]
    return Plan(changes, wanted, seen(cloud))


def seen(cloud: Cloud) -> object:
    """What a plan depends on."""
    machines = tuple((i.name, i.broken) for i in cloud.instances.values() if not i.leaving)
    return tuple(cloud.pools.values()), machines


def _created(pool: NodePool) -> Change:
    return Change(CREATE, pool.name, None, pool, tuple(_differences(None, pool)))


def _destroyed(pool: NodePool) -> Change:
    return Change(DESTROY, pool.name, pool, None, tuple(_differences(pool, None)))


def _sized(before: NodePool, after: NodePool) -> NodePool:
    """Between the limits of a pool the autoscaler decides how many machines there are."""
    kept = after.max and after.min <= before.count <= after.max
    return replace(after, count=before.count) if kept else after


def _changed(before: NodePool, wanted: NodePool, machines: list[Instance]) -> Change | None:
    differences = tuple(_differences(before, wanted))
    anew = any(found.forces_replacement for found in differences)
    kept = machines[: wanted.count] if wanted.count < len(machines) else machines
    replaced = tuple(i.name for i in kept if anew or i.broken or not i.matches(wanted))
    if not differences and not replaced:
        return None
    action = REPLACE if replaced else CHANGE
    return Change(action, wanted.name, before, wanted, differences, replaced)


def _differences(before: NodePool | None, after: NodePool | None) -> Iterable[Difference]:
    default = NodePool("")
    for field in FIELDS:
        was, now = (_shown(pool, field, default) for pool in (before, after))
        if was != now:
            forces = field in FORCES_REPLACEMENT and bool(was and now)
            yield Difference(field, was, now, forces)


def _shown(pool: NodePool | None, field: str, default: NodePool) -> str:
    """A field as a plan writes it; "" where nothing is said of it."""
    if pool is None or field == "name":
        return ""
    value: Any = getattr(pool, field)
    if field not in ("count", "machine_type", "zone") and value == getattr(default, field):
        return ""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{k}" = "{v}"' for k, v in value.items()) + " }"
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{one}"' for one in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


# DOC: infrastructure-apply
def apply(cluster: Cluster, cloud: Cloud, found: Plan, timeout: float) -> Applied:
    """Carry out a plan and wait for its end. Raises RuntimeError, DrainError, TimeoutError."""
    if found.seen != seen(cloud):
        raise RuntimeError(
            "Saved plan is stale: the infrastructure has changed since; call cluster.plan again"
        )
    lines: list[str] = []
    for change in found.changes:
        if change.after is None:
            _shrink(cluster, cloud, change.name, 0, timeout, lines)
            cloud.drop_pool(change.name)
        else:
            _reach(cluster, cloud, change, change.after, timeout, lines)
    add, changed, destroyed = found.counts
    counted = f"{add} added, {changed} changed, {destroyed} destroyed."
    return Applied([*lines, f"Apply complete! Resources: {counted}"])


def _reach(
    cluster: Cluster,
    cloud: Cloud,
    change: Change,
    pool: NodePool,
    timeout: float,
    lines: list[str],
) -> None:
    """Make one pool what it should be."""
    cloud.set_pool(pool)
    _shrink(cluster, cloud, pool.name, pool.count, timeout, lines)
    for old in change.replaced:
        if old in cloud.instances:
            new = cloud.order(pool)
            lines.append(f"node_pool.{pool.name}: {new} is created in the place of {old}")
            _wait(cluster, [new], timeout)
            _give_back(cluster, cloud, old, timeout, lines)
    ordered = [cloud.order(pool) for _ in range(pool.count - len(cloud.of(pool.name)))]
    if ordered:
        _wait(cluster, ordered, timeout)
        lines.append(f"node_pool.{pool.name}: created {', '.join(ordered)}")
    cluster.run(1)  # what was asked of the API server arrives


def _shrink(
    cluster: Cluster, cloud: Cloud, name: str, count: int, timeout: float, lines: list[str]
) -> None:
    """Drain and give back the youngest machines beyond ``count``."""
    for instance in reversed(cloud.of(name)[count:]):
        _give_back(cluster, cloud, instance.name, timeout, lines)


def _give_back(cluster: Cluster, cloud: Cloud, name: str, timeout: float, lines: list[str]) -> None:
    node = cluster.api.find("nodes", "", name)
    if node is not None and node_ready(node):
        cluster.drain(name, force=True, delete_emptydir_data=True, timeout=timeout)
        lines.append(f"{name}: drained")
    cloud.destroy(name)
    cluster.run_until(lambda _: name not in cloud.instances, timeout)
    cluster.run(1)
    lines.append(f"{name}: destroyed")


def _wait(cluster: Cluster, names: Sequence[str], timeout: float) -> None:
    """Until these machines are Ready nodes."""

    def ready(_: Cluster) -> bool:
        nodes = [cluster.api.find("nodes", "", name) for name in names]
        return all(node is not None and node_ready(node) for node in nodes)

    cluster.run_until(ready, timeout)
