"""One decision: which node for this pod, and why not the others.

``schedule`` is a function of the pod, the snapshot and the framework; it changes nothing. Filter
leaves the nodes that can take the pod, Score marks them, and among the best chance decides.
Models ``pkg/scheduler/schedule_one.go``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from operator import add
from typing import NamedTuple

from kubelite.apimachinery.struct import Value
from kubelite.scheduler.columns import Column
from kubelite.scheduler.framework import (
    UNSCHEDULABLE_AND_UNRESOLVABLE,
    CycleState,
    FilterPlugin,
    Status,
    picker,
)
from kubelite.scheduler.nominator import Nominator
from kubelite.scheduler.preemption import fit_error
from kubelite.scheduler.profile import Check, Framework, Scorer
from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import NodeInfo, PodInfo

MIN_FEASIBLE_NODES_TO_FIND = 100
MIN_FEASIBLE_NODES_PERCENTAGE_TO_FIND = 5

NO_NODES_AVAILABLE = "no nodes available to schedule pods"

NOBODY = Nominator()
"""Nobody has been promised anything."""


class ScoreRow(Value):
    """One plugin's marks: raw and brought to 0 to 100, one for each feasible node in order."""

    plugin: str
    weight: int
    raw: Sequence[int]
    normalized: Sequence[int]


class Mark(NamedTuple):
    """One plugin's mark for one node; ``weighted`` is what goes into the total."""

    raw: int
    normalized: int
    weighted: int


class Decision:
    """What came out for one pod.

    ``node`` is the winner, "" when there is none. ``refusals`` has one status for each node that
    was looked at and refused. ``feasible`` are the others, ``totals`` their marks; a single
    feasible node is taken without marking it. ``rejected_by`` names the plugins that refused.
    ``nominated_node`` and ``victims`` are what PostFilter proposes (see ``PostFilterResult``).
    """

    __slots__ = (
        "feasible",
        "node",
        "nodes",
        "nominated_node",
        "pod",
        "post_filter_message",
        "pre_filter_message",
        "refusals",
        "rejected_by",
        "rows",
        "skipped_reason",
        "totals",
        "victims",
    )

    def __init__(self, pod: PodInfo, nodes: int):
        self.pod = pod
        self.nodes = nodes
        self.node = ""
        self.feasible: list[NodeInfo] = []
        self.refusals: dict[str, Status] = {}
        self.rejected_by: list[str] = []
        self.rows: list[ScoreRow] = []
        self.totals: list[int] = []
        self.pre_filter_message = ""
        self.post_filter_message = ""
        self.skipped_reason = ""
        self.nominated_node: str | None = None
        self.victims: tuple[PodInfo, ...] = ()

    @property
    def evaluated(self) -> int:
        """How many nodes were looked at."""
        return len(self.feasible) + len(self.refusals)

    @property
    def message(self) -> str:
        """Why the pod fits nowhere, as the FailedScheduling event says it; "" if it does fit."""
        if self.node:
            return ""
        if not self.nodes:
            return NO_NODES_AVAILABLE
        if self.pre_filter_message:
            text = f"0/{self.nodes} nodes are available: {self.pre_filter_message}."
        else:
            text = fit_error(self.nodes, self._reasons())
        return f"{text} {self.post_filter_message}" if self.post_filter_message else text

    def _reasons(self) -> Counter[str]:
        reasons = Counter(reason for s in self.refusals.values() for reason in s.reasons)
        if self.skipped_reason:
            reasons[self.skipped_reason] += self.nodes - len(self.refusals)
        return reasons

    def scores(self) -> dict[str, dict[str, Mark]]:
        """All marks: node -> plugin -> raw, normalised, weighted."""
        return {
            node.name: {
                row.plugin: Mark(
                    row.raw[place], row.normalized[place], row.normalized[place] * row.weight
                )
                for row in self.rows
            }
            for place, node in enumerate(self.feasible)
        }

    def __repr__(self) -> str:
        return f"<{self.pod.key} -> {self.node or self.message}>"


def schedule(
    pod: PodInfo,
    snapshot: Snapshot,
    framework: Framework,
    start: int = 0,
    draw: Callable[[], float] = lambda: 0.0,
    nominator: Nominator | None = None,
) -> Decision:
    """Decide. ``start`` is the node to look at first; ``draw`` gives 0 <= x < 1 for ties."""
    nodes = snapshot.nodes
    decision = Decision(pod, len(nodes))
    if not nodes:
        return decision
    state = CycleState(snapshot)
    state.draw, state.pod = draw, pod
    state.nominator = nominator = nominator or NOBODY
    state.refusal = lambda node: refusal(pod, node, snapshot, framework, nominator)
    promised = snapshot.by_name.get(nominator.node_of(pod.uid)) if nominator.by_node else None
    if promised and promised.node and state.refusal(promised) is None:
        decision.feasible = [promised]
    else:
        find_feasible(state, decision, framework, start, nominator)
    feasible = decision.feasible
    if not feasible:
        _post_filter(state, decision, framework)
    elif len(feasible) == 1:
        decision.node = feasible[0].name
    else:
        prioritize(state, decision, framework)
        decision.node = select_host(feasible, decision.totals, draw)
    return decision


def find_feasible(
    state: CycleState,
    decision: Decision,
    framework: Framework,
    start: int = 0,
    nominator: Nominator | None = None,
) -> None:
    """PreFilter and Filter: sort nodes into feasible and refused."""
    pod, snapshot = decision.pod, state.snapshot
    checks = _pre_filter(state, decision, framework)
    if checks is None:
        return
    nodes, places = snapshot.nodes, _places_to_check(state, decision)
    wanted = feasible_nodes_to_find(len(places), framework.profile.percentage_of_nodes_to_score)
    start = start % len(places) if places else 0
    places = places[start:] + places[:start]
    by_spec, others = _split(checks)
    feasible, refusals = decision.feasible, decision.refusals
    promised = nominator.by_node if nominator else {}

    def by_spec_alone(node: NodeInfo) -> Status | None:
        return _first_refusal(by_spec, state, pod, node)

    known = framework.column(pod.needs, framework) if state.node_names is None else Column()
    while places and len(feasible) < wanted:
        window, places = places[:wanted], places[wanted:]
        statuses = known.filled(snapshot, window, by_spec_alone)
        pick = picker(window, len(nodes))
        if not (others or promised or any(pick(statuses))):
            feasible += pick(nodes)[: wanted - len(feasible)]
            continue
        for place in window:
            node, status = nodes[place], statuses[place]
            if status is None and others:
                status = _first_refusal(others, state, pod, node)
            if status is None and nominator and node.name in promised:
                status = refusal(pod, node, snapshot, framework, nominator)
            if status is not None:
                refusals[node.name] = status
                continue
            feasible.append(node)
            if len(feasible) >= wanted:
                break
    if not feasible:
        decision.rejected_by = list(dict.fromkeys(s.plugin for s in refusals.values()))


def _pre_filter(state: CycleState, decision: Decision, framework: Framework) -> list[Check] | None:
    """Run PreFilter: the filters that are left to run, or None if the pod fits nowhere."""
    left: list[Check] = []
    for check in framework.filters:
        before = state.node_names
        status = check.pre.pre_filter(state, decision.pod) if check.pre else None
        if status is None:
            left.append(check)
            if state.node_names is not before:
                decision.rejected_by.append(check.name)
        elif status.reasons:
            decision.pre_filter_message = status.message
            decision.rejected_by = [check.name]
            return None
    return left


def _places_to_check(state: CycleState, decision: Decision) -> list[int]:
    """All nodes, or those that PreFilter named, by their places in the order."""
    snapshot, names = state.snapshot, state.node_names
    if names is None:
        return snapshot.places
    plugins = " ".join(sorted(decision.rejected_by))
    decision.skipped_reason = f"node(s) didn't satisfy plugin(s) [{plugins}]"
    named = map(snapshot.by_name.get, names)
    return sorted(info.place for info in named if info and info.node)


def _split(checks: Sequence[Check]) -> tuple[list[FilterPlugin], list[FilterPlugin]]:
    """The filters whose answers can be remembered, as far as they come first, and the rest."""
    first = next((i for i, check in enumerate(checks) if not check.by_spec), len(checks))
    plugins = [check.plugin for check in checks]
    return plugins[:first], plugins[first:]


def _first_refusal(
    plugins: Sequence[FilterPlugin], state: CycleState, pod: PodInfo, node: NodeInfo
) -> Status | None:
    for plugin in plugins:
        status = plugin.filter(state, pod, node)
        if status is not None:
            return status
    return None


def refusal(
    pod: PodInfo, node: NodeInfo, snapshot: Snapshot, framework: Framework, nominator: Nominator
) -> Status | None:
    """All filters for one node, on the snapshot as it is now.

    Where others have been promised the node, the pod has to fit with them and without them: they
    may come, or not.
    """
    others = nominator.beside(pod, node.name)
    if others:
        with snapshot.beside(others):
            status = _refusal_now(pod, node, snapshot, framework)
        if status is not None:
            return status
    return _refusal_now(pod, node, snapshot, framework)


def _refusal_now(
    pod: PodInfo, node: NodeInfo, snapshot: Snapshot, framework: Framework
) -> Status | None:
    state, decision = CycleState(snapshot), Decision(pod, 1)
    checks = _pre_filter(state, decision, framework)
    if checks is None:
        reasons = (decision.pre_filter_message,)
        return Status(UNSCHEDULABLE_AND_UNRESOLVABLE, reasons, decision.rejected_by[0])
    if state.node_names is not None and node.name not in state.node_names:
        _places_to_check(state, decision)
        reasons = (decision.skipped_reason,)
        return Status(UNSCHEDULABLE_AND_UNRESOLVABLE, reasons, decision.rejected_by[0])
    return _first_refusal([check.plugin for check in checks], state, pod, node)


def _post_filter(state: CycleState, decision: Decision, framework: Framework) -> None:
    messages = []
    for plugin in framework.post_filters:
        result = plugin.post_filter(state, decision.pod, decision.refusals)
        if result is None:
            continue
        if result.nominated_node is not None:
            decision.nominated_node = result.nominated_node
        if result.status is None:
            decision.victims = result.victims
            return
        messages.append(result.status.message)
    decision.post_filter_message = ", ".join(messages)


# DOC: scheduler-score
def prioritize(state: CycleState, decision: Decision, framework: Framework) -> None:
    """PreScore, Score and NormalizeScore: mark the feasible nodes."""
    pod, nodes = decision.pod, decision.feasible
    state.leave(nodes)
    same, differing = 0, []
    for scorer in framework.scorers:
        if scorer.pre is not None and scorer.pre.pre_score(state, pod, nodes) is not None:
            continue
        raw = _raw_scores(framework, scorer, state, pod, nodes)
        extensions, weight = scorer.extensions, scorer.weight
        marks = extensions.normalize(state, nodes, raw) if extensions else raw
        decision.rows.append(ScoreRow(scorer.name, weight, raw, marks))
        if marks.count(marks[0]) == len(marks):
            same += weight * marks[0]
        else:
            differing.append(marks if weight == 1 else [weight * mark for mark in marks])
    totals: Iterable[int] = repeat(same, len(nodes))
    for weighted in differing:
        totals = map(add, totals, weighted)
    decision.totals = list(totals)


def _raw_scores(
    framework: Framework,
    scorer: Scorer,
    state: CycleState,
    pod: PodInfo,
    nodes: Sequence[NodeInfo],
) -> Sequence[int]:
    if scorer.for_all is not None:
        return scorer.for_all.score_all(state, pod, nodes)
    assert scorer.plugin is not None
    score = scorer.plugin.score
    if not scorer.by_spec:
        return [score(state, pod, node) for node in nodes]
    column = framework.column(pod.needs.amounts if scorer.by_requests else pod.needs, scorer.plugin)
    return state.pick(column.filled(state.snapshot, state.places, lambda n: score(state, pod, n)))


def select_host(nodes: Sequence[NodeInfo], totals: Sequence[int], draw: Callable[[], float]) -> str:
    """The best node; among several, each is as likely."""
    best = max(totals)
    leaders = totals.count(best)
    turn = int(draw() * leaders) if leaders > 1 else 0
    place = totals.index(best)
    for _ in range(turn):
        place = totals.index(best, place + 1)
    return nodes[place].name


def feasible_nodes_to_find(nodes: int, percentage: int = 0) -> int:
    """After how many feasible nodes the search stops: all of up to 100, fewer in big clusters."""
    if nodes < MIN_FEASIBLE_NODES_TO_FIND:
        return nodes
    if not percentage:
        percentage = max(50 - nodes // 125, MIN_FEASIBLE_NODES_PERCENTAGE_TO_FIND)
    return max(nodes * percentage // 100, MIN_FEASIBLE_NODES_TO_FIND)
