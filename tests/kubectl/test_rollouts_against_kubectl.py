"""Changing rollouts: the real kubectl does it to one cluster and ours to its twin.

Both say the same, and both clusters are the same afterwards.
"""

from __future__ import annotations

import re

import pytest

from tests.kubectl.conftest import Twins
from tests.kubectl.living import RICH, commands

_MOMENT = re.compile(r"(restartedAt: |restartedAt\W+)\"?[0-9T:+Z-]+\"?")
_HASHED = re.compile(r"\b(web|paused|db|plain|agent|numbered)-[0-9a-z]{8,10}\b")
"""A restart's moment, which the real one takes from its own clock, is part of these."""

_SHOWN = ("deployments", "statefulsets", "daemonsets")


@pytest.fixture(scope="module")
def changing(twins: Twins) -> Twins:
    """The workloads of the folder beside, twice, with a second version of each."""
    text = (RICH / "others.yaml").read_text(encoding="utf-8")
    text += "---\n" + (RICH / "workloads.yaml").read_text(encoding="utf-8")
    for cluster in (twins.theirs, twins.ours):
        cluster.apply(text)
        cluster.run(60)
        for what in ("deployment/web", "daemonset/agent", "statefulset/plain"):
            notes = {"metadata": {"annotations": {"team": "back"}}}
            cluster.patch(what, {"spec": {"template": notes}})
        cluster.run(60)
    assert twins.theirs.revision == twins.ours.revision
    return twins


def _state(twins: Twins) -> tuple[str, str]:
    shown = f"get {','.join(_SHOWN)} -o yaml"
    real, mine = twins.real(shown).text, twins.mine(shown).text
    return _plain(real), _plain(mine)


def _plain(text: str) -> str:
    return _HASHED.sub(r"\1-hash", _MOMENT.sub("then", text))


@pytest.mark.parametrize("line", commands("rollouts"))
def test_both_do_the_same(changing: Twins, line: str) -> None:
    changing.run(2)  # restarts are told apart by the second
    real, mine = changing.real(line), changing.mine(line)
    assert mine == real
    theirs, ours = _state(changing)
    assert ours == theirs


def test_status_follows_a_rollout_until_it_is_done(changing: Twins) -> None:
    kubectl = changing.kubectl
    assert kubectl("rollout resume deployment/paused")
    kubectl("rollout restart deployment/paused")
    said = kubectl("rollout status deployment/paused")
    assert said.code == 0, said.error
    *waiting, last = said.lines
    assert last == 'deployment "paused" successfully rolled out'
    assert waiting and all(line.startswith("Waiting for deployment") for line in waiting)


def test_status_gives_up_in_time(changing: Twins) -> None:
    kubectl = changing.kubectl
    kubectl("set image deployment/web web=nope:1")
    began = changing.ours.clock.now
    said = kubectl("rollout status deployment/web --timeout=20s")
    assert (said.code, said.error) == (1, "error: timed out waiting for the condition\n")
    assert changing.ours.clock.now - began == 20_000_000
