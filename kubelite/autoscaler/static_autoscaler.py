"""The autoscaler's loop: every ten seconds look at pods that fit nowhere, then at idle nodes.

Models cluster-autoscaler/core/static_autoscaler.go (RunOnce) and clusterstate.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kubelite.api.apps_v1 import DaemonSet
from kubelite.api.conditions import condition, node_ready, pod_finished
from kubelite.api.core_v1 import Node, Pod, Taint
from kubelite.apimachinery.meta import OwnerReference
from kubelite.apimachinery.struct import Value
from kubelite.autoscaler.actuation import Deletion, Hands
from kubelite.autoscaler.cloudprovider import CloudProvider, NodeGroup
from kubelite.autoscaler.drainability import is_daemon
from kubelite.autoscaler.expander import Option, best_option
from kubelite.autoscaler.options import AutoscalingOptions
from kubelite.autoscaler.scaledown import DELETION_CANDIDATE, TO_BE_DELETED, Planner, Scene
from kubelite.autoscaler.scaleup import Offers, offers, reasons_message
from kubelite.autoscaler.simulation import Simulation
from kubelite.autoscaler.status import StatusMap
from kubelite.client import Client, EventRecorder, Informer
from kubelite.client.events import NORMAL
from kubelite.scheduler.framework import Listers
from kubelite.scheduler.profile import DEFAULT_PROFILE, Framework
from kubelite.scheduler.types import PodInfo
from kubelite.sim.chance import Chance
from kubelite.sim.clock import SECOND

COMPONENT = "cluster-autoscaler"
UNSCHEDULABLE_POD_TIME_BUFFER = 2 * SECOND

_OWNERS = {
    "ReplicaSet": "replicasets.apps",
    "StatefulSet": "statefulsets.apps",
    "DaemonSet": "daemonsets.apps",
    "Job": "jobs.batch",
}


class Backoff(Value):
    """A group is left alone ``until`` then; ``duration`` doubles with each failure."""

    until: int
    duration: int


class ClusterAutoscaler:
    """Runs from ``start`` to ``stop``. ``planner`` knows what is unneeded and what cannot go."""

    def __init__(
        self, client: Client, cloud: CloudProvider, chance: Chance, options: AutoscalingOptions
    ):
        self.options = options
        self.cloud = cloud
        self.planner = Planner(cloud, options)
        self.deletions: dict[str, Deletion] = {}
        self.last_scale_up = self.last_delete = self.last_failure = -(1 << 62)
        self._clock = client.clock
        self._draw = chance.stream("cluster-autoscaler/expander")
        self._recorder = EventRecorder(client, COMPONENT)
        self._status = StatusMap(client, self._recorder)
        self._informers = {
            name: Informer(client, name)
            for name in ("nodes", "namespaces", "poddisruptionbudgets.policy", *_OWNERS.values())
        }
        by_node = {"node": lambda pod: (pod.spec.node_name,)}
        self._pods = self._informers["pods"] = Informer(client, "pods", indexers=by_node)
        self._nodes = self._informers["nodes"]
        self._hands = Hands(client, self._recorder, self._nodes, self._pods)
        self._framework = Framework(
            DEFAULT_PROFILE, Listers(namespace_labels=self._namespace_labels)
        )
        self._backoff: dict[str, Backoff] = {}
        self._life = 0
        self._changed = True  # anything since the last look at idle nodes
        for informer in self._informers.values():
            informer.on(self._dirty, lambda old, new: self._dirty(new), self._dirty)

    def start(self) -> None:
        """Begin to watch and to scan."""
        self._life += 1
        for informer in self._informers.values():
            informer.start()
        if self.options.write_status_configmap:
            self._status.start()
        self._clock.after(round(self.options.scan_interval * SECOND), self._scan, self._life)

    def stop(self) -> None:
        """No more scans; nodes on their way out still go."""
        self._life += 1
        for informer in self._informers.values():
            informer.stop()

    def _dirty(self, _: object) -> None:
        self._changed = True

    def _scan(self, life: int) -> None:
        if life == self._life:
            self._clock.after(round(self.options.scan_interval * SECOND), self._scan, life)
            self.run_once()

    # DOC: autoscaler-loop
    def run_once(self) -> None:
        """One scan."""
        now = self._clock.now
        self._remove_unregistered(now)
        pending = self._unschedulable()
        waiting = bool(pending) and _all_new(pending, now)
        if pending and not waiting and self._scale_up(pending, now):
            return
        if self.options.scale_down_enabled:
            self._scale_down(now, forbidden=waiting)
        self._status.write(self.cloud.node_groups(), self._ready_nodes(), self.planner.unneeded)

    def _namespace_labels(self) -> dict[str, dict[str, str]]:
        found = self._informers["namespaces"].items()
        return {space.metadata.name: dict(space.metadata.labels) for space in found}

    # What there is

    def _ready_nodes(self) -> list[Node]:
        return [node for node in self._nodes.items() if node_ready(node)]

    def _upcoming(self) -> list[tuple[NodeGroup, str]]:
        """Machines that are ordered and not yet Ready nodes, while there is hope for them."""
        ready = {node.metadata.name for node in self._ready_nodes()}
        return [
            (group, name)
            for group in self.cloud.node_groups()
            for name, ordered in group.machines().items()
            if name not in ready and not self._overdue(ordered, self._clock.now)
        ]

    def _overdue(self, ordered: int, now: int) -> bool:
        return now - ordered >= round(self.options.max_node_provision_time * SECOND)

    def _simulation(self, with_upcoming: bool) -> Simulation:
        """Nodes and the pods on them; machines that boot count as if they were there."""
        upcoming = self._upcoming() if with_upcoming else []
        absent = {name for _, name in upcoming}
        nodes = [node for node in self._nodes.items() if node.metadata.name not in absent]
        there = {node.metadata.name for node in nodes}
        cutoff = self.options.expendable_pods_priority_cutoff
        pods = [
            pod
            for pod in self._pods.items()
            if pod.spec.node_name in there
            and not pod_finished(pod)
            and (pod.spec.priority or 0) >= cutoff
        ]
        simulation = Simulation(nodes, pods, self._framework)
        daemons = self._daemons()
        for group, name in upcoming:
            simulation.add_node(group.template(name), daemons)
        return simulation

    def _daemons(self) -> list[DaemonSet]:
        return list(self._informers["daemonsets.apps"].items())

    def _unschedulable(self) -> list[Pod]:
        """Pods the scheduler has given up on for now, the oldest first."""
        cutoff = self.options.expendable_pods_priority_cutoff
        found = [
            pod
            for pod in self._pods.index("node", "")
            if pod.metadata.deletion_timestamp is None
            and not is_daemon(pod)
            and (pod.spec.priority or 0) >= cutoff
            and _given_up(pod)
        ]
        return sorted(found, key=lambda p: (-(p.spec.priority or 0), p.metadata.name))

    # More machines

    def _scale_up(self, pending: Sequence[Pod], now: int) -> bool:
        """Order machines for pods that will not find room by themselves; whether any."""
        simulation = self._simulation(with_upcoming=True)
        helpless = _without_room(pending, simulation)
        if not helpless:
            return False
        names = [g.name for g in self.cloud.node_groups()]
        held = frozenset(n for n in names if n in self._backoff and self._backoff[n].until > now)
        found = offers(
            helpless,
            self.cloud.node_groups(),
            simulation,
            self._daemons(),
            held,
            self._room(),
        )
        if not found.options:
            self._report_refusals(helpless, found)
            return False
        option = best_option(found.options, self.options.expander, self.cloud, self._draw)
        self._increase(option)
        self.last_scale_up = now
        self._changed = True
        return True

    def _room(self) -> int:
        """How many nodes may be added at a time."""
        most, total = self.options.max_nodes_per_scaleup, self.options.max_nodes_total
        if not total:
            return most
        return max(min(most, total - len(self._nodes.items()) - len(self._upcoming())), 0)

    def _increase(self, option: Option) -> None:
        group, size = option.group, option.group.target_size
        new = min(size + option.nodes, group.max_size)
        info = f"{{{group.name} {size}->{new} (max: {group.max_size})}}"
        text = f"Scale-up: setting group {group.name} size to {new} instead of {size} "
        self._status.event("ScaledUpGroup", f"{text}(max: {group.max_size})")
        for pod in option.pods:
            text = f"pod triggered scale-up: [{info}]"
            self._recorder.event(pod.pod, NORMAL, "TriggeredScaleUp", text)
        group.increase_size(new - size)
        text = f"Scale-up: group {group.name} size set to {new} instead of {size} "
        self._status.event("ScaledUpGroup", f"{text}(max: {group.max_size})")

    def _report_refusals(self, pods: Iterable[PodInfo], found: Offers) -> None:
        for pod in pods:
            reasons = reasons_message(found.rejected[pod.uid])
            text = f"pod didn't trigger scale-up: {reasons}"
            self._recorder.event(pod.pod, NORMAL, "NotTriggerScaleUp", text)

    def _remove_unregistered(self, now: int) -> None:
        """Give up on machines that never became nodes, and leave their group alone for a while."""
        for group in self.cloud.node_groups():
            for name, ordered in group.machines().items():
                if self._nodes.get(name) is not None or not self._overdue(ordered, now):
                    continue
                self._status.event("DeleteUnregistered", f"Removed unregistered node {name}")
                group.delete_node(name)
                self._back_off(group.name, now)

    def _back_off(self, group: str, now: int) -> None:
        first = round(self.options.initial_node_group_backoff_duration * SECOND)
        most = round(self.options.max_node_group_backoff_duration * SECOND)
        before = self._backoff.get(group)
        if before is not None and before.until > now:
            return
        duration = min(before.duration * 2, most) if before else first
        self._backoff[group] = Backoff(now + duration, duration)

    # Fewer machines

    def _scale_down(self, now: int, forbidden: bool) -> None:
        if self._changed or self.planner.recheck_due(now):
            self._changed = False
            budgets = list(self._informers["poddisruptionbudgets.policy"].items())
            upcoming = {name for _, name in self._upcoming()}
            nodes = [n for n in self._nodes.items() if n.metadata.name not in upcoming]
            scene = Scene(nodes, budgets, self._controller_known)
            self.planner.update(self._simulation(with_upcoming=False), scene, now)
        if forbidden or self.in_cooldown(now):
            return
        if not self._start_deletions(now):
            self._mark_candidates(now)

    def in_cooldown(self, now: int) -> bool:
        """Whether nodes may not go yet, because something has just happened."""
        options = self.options
        return any(
            now - last < round(delay * SECOND)
            for last, delay in (
                (self.last_scale_up, options.scale_down_delay_after_add),
                (self.last_delete, options.scale_down_delay_after_delete),
                (self.last_failure, options.scale_down_delay_after_failure),
            )
        )

    def _controller_known(self, pod: Pod, owner: OwnerReference) -> bool:
        informer = self._informers.get(_OWNERS.get(owner.kind, ""))
        if informer is None:
            return True
        return informer.get(f"{pod.metadata.namespace}/{owner.name}") is not None

    def _start_deletions(self, now: int) -> bool:
        """Empty nodes at once, others one at a time; whether any has begun."""
        options, begun = self.options, False
        for found in self.planner.removable(now, self.deletions):
            drains = sum(one.drain for one in self.deletions.values())
            full = len(self.deletions) >= options.max_scale_down_parallelism
            if full or (not found.empty and drains >= options.max_drain_parallelism):
                continue
            node, group = self._nodes.get(found.node), self.cloud.group_of(found.node)
            if node is None or group is None:
                continue
            self._announce(found.node, found.empty)
            drain = not found.empty
            deletion = Deletion(self._hands, options, node, group, drain, self._deleted)
            self.deletions[found.node] = deletion
            deletion.start()
            begun = True
        return begun

    def _announce(self, name: str, empty: bool) -> None:
        if empty:
            text = f'Scale-down: removing empty node "{name}"'
            self._status.event("ScaleDownEmpty", text)
        else:
            moving = [pod for pod in self._hands.on(name) if not is_daemon(pod)]
            pods = ",".join(pod.metadata.name for pod in moving)
            text = f"Scale-down: removing node {name}, pods to reschedule: {pods}"
            self._status.event("ScaleDown", text)

    def _deleted(self, deletion: Deletion, ok: bool) -> None:
        del self.deletions[deletion.name]
        self._changed = True
        if ok:
            self.last_delete = self._clock.now
            how = "node {} removed with drain" if deletion.drain else "empty node {} removed"
            reason = "ScaleDown" if deletion.drain else "ScaleDownEmpty"
            self._status.event(reason, f"Scale-down: {how.format(deletion.name)}")
        else:
            self.last_failure = self._clock.now

    def _mark_candidates(self, now: int) -> None:
        """A soft taint on unneeded nodes: the scheduler prefers others."""
        left = self.options.max_bulk_soft_taint_count
        for node in self._nodes.items():
            marked = any(taint.key == DELETION_CANDIDATE for taint in node.spec.taints)
            going = any(taint.key == TO_BE_DELETED for taint in node.spec.taints)
            wanted = node.metadata.name in self.planner.unneeded
            if going or marked == wanted or not left:
                continue
            left -= 1
            kept = [taint for taint in node.spec.taints if taint.key != DELETION_CANDIDATE]
            if wanted:
                since = str(now // SECOND)
                kept.append(Taint(key=DELETION_CANDIDATE, value=since, effect="PreferNoSchedule"))
            self._hands.taint(node, kept)


def _given_up(pod: Pod) -> bool:
    found = condition(pod, "PodScheduled")
    return found is not None and (found.status, found.reason) == ("False", "Unschedulable")


def _all_new(pods: Iterable[Pod], now: int) -> bool:
    """Whether more pods are probably still to come: wait one scan for them."""
    oldest = min(pod.metadata.creation_timestamp or 0 for pod in pods)
    return oldest + UNSCHEDULABLE_POD_TIME_BUFFER > now


def _without_room(pods: Iterable[Pod], simulation: Simulation) -> list[PodInfo]:
    """The pods that fit neither on the nodes there are nor on those that boot."""
    names = [info.name for info in simulation.snapshot.nodes]
    left = []
    for pod in pods:
        info = PodInfo(pod)
        node = simulation.first_fit(info, names)
        if node:
            simulation.place(info, node)
        else:
            left.append(info)
    return left
