"""Feasible nodes, refusals and scores equal those of the real kube-scheduler (default profile)."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.struct import convert
from kubelite.scheduler.framework import CycleState
from kubelite.scheduler.profile import Framework
from kubelite.scheduler.schedule_one import Decision, find_feasible, prioritize
from kubelite.scheduler.snapshot import Snapshot
from kubelite.scheduler.types import PodInfo
from tests.golden.recorded import lines, needs_golden

TAINT = "TaintToleration: node(s) had untolerated taint"


def decide(given: dict[str, Any]) -> Decision:
    snapshot = Snapshot.of(
        [convert(Node, node) for node in given["nodes"]],
        [convert(Pod, pod) for pod in given["pods"]],
    )
    state = CycleState(snapshot)
    decision = Decision(PodInfo(convert(Pod, given["pod"])), len(snapshot.nodes))
    find_feasible(state, decision, Framework())
    if decision.feasible:
        prioritize(state, decision, Framework())
    return decision


def refusal(text: str) -> str:
    """After 1.34 the taint's own name is no longer part of the message."""
    return TAINT + "(s)" if text.startswith(TAINT) else text


@needs_golden
@pytest.mark.parametrize("line", lines("score"), ids=lambda line: "")
def test_score(line: dict[str, Any]) -> None:
    decision = decide(line["in"])
    out = line["out"]
    refused = {n: f"{s.plugin}: {s.message}" for n, s in decision.refusals.items()}
    assert refused == {node: refusal(text) for node, text in out["filtered"].items()}
    assert len(decision.feasible) == out.get("feasible", 0)
    totals = {n.name: t for n, t in zip(decision.feasible, decision.totals, strict=True)}
    scores = {
        node: {"total": totals[node]} | {name: mark.weighted for name, mark in marks.items()}
        for node, marks in decision.scores().items()
    }
    assert scores == out.get("scores", {})
