"""Why a pod is where it is, or nowhere: the whole table of one decision, and what would change it.

The decision is made again on the cluster as it was at that moment, so nothing has to be kept
but the history that is kept anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

from kubelite.api import devices as device_claims
from kubelite.api.conditions import pod_finished
from kubelite.api.core_v1 import Node, Pod
from kubelite.api.volumes import CLAIMS, CLASSES, VOLUMES
from kubelite.apimachinery.struct import Value, replace
from kubelite.apiserver import printers
from kubelite.client.informer import key_of
from kubelite.cluster.history import State
from kubelite.scheduler.dra_manager import Devices
from kubelite.scheduler.explain import other_winners, smallest_changes
from kubelite.scheduler.framework import CycleState, Listers
from kubelite.scheduler.plugins.node_resources_fit import ScoringStrategy
from kubelite.scheduler.profile import Framework, Profile
from kubelite.scheduler.schedule_one import Decision, prioritize, schedule
from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import PodInfo
from kubelite.sim.trace import Subject

if TYPE_CHECKING:
    from kubelite.cluster.cluster import Cluster

PACKING = Profile("MostAllocated", scoring_strategy=ScoringStrategy("MostAllocated"))
"""What the pod is tried under besides the cluster's own profiles: fill nodes, do not spread."""

SHOWN = 5


class Scene(Value):
    """What the scheduler saw: nodes, the pods on them, and what it could ask about volumes."""

    nodes: tuple[Node, ...]
    pods: tuple[Pod, ...]
    listers: Listers


class Explanation:
    """One decision in words and as a table.

    ``decision`` has everything: refusals, raw, normalised and weighted marks. ``changes`` are
    the smallest that would make a pending pod fit; ``elsewhere`` says, by profile, who would win.
    ``filters`` are the filter plugins in their order: the first that refuses a node is the last
    to be asked.
    """

    def __init__(
        self,
        pod: Pod,
        decision: Decision,
        changes: Sequence[str] = (),
        elsewhere: dict[str, str] | None = None,
        swings: Callable[[], list[tuple[str, str]]] = list,
        filters: Sequence[str] = (),
    ):
        self.pod = pod
        self.filters = tuple(filters)
        self._swings = swings
        self.decision = decision
        self.node = pod.spec.node_name
        self.changes = tuple(changes)
        self.elsewhere = elsewhere or {}

    @cached_property
    def swings(self) -> list[tuple[str, str]]:
        """What smallest changes would have made another node win, and which node."""
        return self._swings() if len(self.decision.feasible) > 1 else []

    @property
    def rows(self) -> list[list[str]]:
        """Titles, then a line for each node: verdict, total, and each plugin's marks.

        Marks are written raw/normalised/weighted.
        """
        decision = self.decision
        plugins = [row.plugin for row in decision.rows]
        scores = decision.scores()
        totals = {
            info.name: str(total)
            for info, total in zip(decision.feasible, decision.totals, strict=False)
        }
        lines = [["NODE", "VERDICT", "TOTAL", *plugins]]
        for name, marks in scores.items():
            verdict = "chosen" if name == self.node else "fits"
            cells = [f"{m.raw}/{m.normalized}/{m.weighted}" for m in marks.values()]
            lines.append([name, verdict, totals.get(name, ""), *cells])
        for name, status in decision.refusals.items():
            lines.append([name, f"{status.plugin}: {status.message}", ""] + [""] * len(plugins))
        return lines

    @property
    def summary(self) -> list[str]:
        """The answer in sentences."""
        name = f"pod/{self.pod.metadata.name}"
        if self.node:
            lines = [f"{name} is on {self.node}: {self._why_here()}"]
        else:
            lines = [f"{name} is pending: {self.decision.message or 'not decided on yet'}"]
        lines += [f"it would fit: {change}" for change in self.changes[:SHOWN]]
        for profile, winner in self.elsewhere.items():
            lines.append(f"under {profile}: {winner or 'no node'}")
        return lines

    def _why_here(self) -> str:
        decision = self.decision
        totals = dict(zip((n.name for n in decision.feasible), decision.totals, strict=False))
        if len(decision.feasible) == 1 and self.node in totals:
            return "no other node would take it"
        mine, best = totals.get(self.node), max(totals.values(), default=None)
        if mine is None:
            return "somebody else put it there"
        equals = sum(total == best for total in totals.values())
        if mine != best:
            return f"it scored {mine}, though the best had {best}"
        chance = f", as {equals - 1} other(s) did: chance decided" if equals > 1 else ""
        return f"it scored highest, {mine}{chance}"

    def __repr__(self) -> str:
        return "\n".join([*self.summary, "", printers.text(self.rows)])

    def _repr_html_(self) -> str:
        titles, *lines = self.rows
        left = "style='text-align:left'"
        said = "".join(f"<li>{escape(line)}</li>" for line in self.summary)
        head = "".join(f"<th {left}>{escape(title)}</th>" for title in titles)
        body = "".join(
            "<tr>" + "".join(f"<td {left}>{escape(cell)}</td>" for cell in line) + "</tr>"
            for line in lines
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return f"<ul>{said}</ul>{table}"


# DOC: explain
def explain(cluster: Cluster, pod: Pod, own: Sequence[Profile]) -> Explanation:
    """Decide again about ``pod`` on what there was at the moment of its decision."""
    scene = _scene(cluster, pod)
    asking = replace(pod, spec=replace(pod.spec, node_name=""))
    profiles = {profile.scheduler_name: profile for profile in (*own, PACKING)}
    name = pod.spec.scheduler_name
    framework = Framework(profiles.pop(name, Profile(name)), scene.listers)
    decision = _decide(asking, scene, framework)
    changes: list[str] = []
    if not pod.spec.node_name:
        found = smallest_changes(asking, scene.nodes, scene.pods, framework)
        if not decision.feasible:
            changes = [" and ".join(change.text for change in together) for together in found]
    elsewhere = {
        other: _winners(_decide(asking, scene, Framework(profile, scene.listers)))
        for other, profile in profiles.items()
    }
    return Explanation(
        pod,
        decision,
        changes,
        elsewhere,
        lambda: other_winners(asking, scene.nodes, scene.pods, framework),
        [check.name for check in framework.filters],
    )


def last_seen(cluster: Cluster, subject: Subject) -> Pod | None:
    """A pod that is gone, as it was last."""
    changes = cluster.history.changes_of(subject)
    return next((old for _, old in reversed(changes.values()) if old is not None), None)


def _decide(pod: Pod, scene: Scene, framework: Framework) -> Decision:
    snapshot = Snapshot.of(scene.nodes, scene.pods)
    info = PodInfo(pod)
    decision = schedule(info, snapshot, framework)
    if len(decision.feasible) == 1:  # taken unmarked; here the marks are wanted all the same
        state = CycleState(snapshot)
        prioritize(state, decision, framework)
    return decision


def _winners(decision: Decision) -> str:
    best = max(decision.totals, default=0)
    pairs = zip(decision.feasible, decision.totals, strict=False)
    return " or ".join(info.name for info, total in pairs if total == best)


def _scene(cluster: Cluster, pod: Pod) -> Scene:
    """Nodes and placed pods when the pod was last decided on; now, if it is pending."""
    meta = pod.metadata
    subject = ("pods", meta.namespace, meta.name)
    decided = [e for e in cluster.trace.about(subject) if e.verb == "schedule"]
    moment = decided[-1] if decided and pod.spec.node_name else None
    state = cluster.history.at(moment.when if moment else None)
    limit = moment.place if moment else len(cluster.trace.entries)
    placed = []
    for other in state.list("pods"):
        if other.metadata.uid == meta.uid or pod_finished(other):
            continue
        if not other.spec.node_name:
            other = _assumed(cluster, other, limit)
        if other.spec.node_name:
            placed.append(other)
    return Scene(state.list("nodes"), tuple(placed), _listers(state, pod))


def _listers(state: State, pod: Pod) -> Listers:
    """Claims, volumes and classes as they were, and devices if the pod asks for some."""
    claims, volumes, classes = (
        {key_of(obj): obj for obj in state.list(resource)}
        for resource in (CLAIMS, VOLUMES, CLASSES)
    )
    of_devices = (device_claims.CLAIMS, device_claims.SLICES, device_claims.DEVICE_CLASSES)
    asked = bool(pod.spec.resource_claims)
    return Listers(
        claim=claims.get,
        volume=volumes.get,
        volumes=volumes.values,
        storage_class=classes.get,
        devices=Devices(*map(state.list, of_devices)) if asked else None,
    )


def _assumed(cluster: Cluster, pod: Pod, limit: int) -> Pod:
    """The pod where the scheduler had put it already, though its binding was on its way."""
    meta = pod.metadata
    entries = cluster.trace.about(("pods", meta.namespace, meta.name))
    before = [e.note for e in entries if e.verb == "schedule" and e.place < limit]
    if not before or " " in before[-1]:
        return pod
    return replace(pod, spec=replace(pod.spec, node_name=before[-1]))
