"""``debug``: the real kubectl does it to one cluster and ours to its twin."""

from __future__ import annotations

import re

import pytest

from tests.kubectl.conftest import Twins
from tests.kubectl.living import commands

WEB = """
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}, annotations: {a: b}}
spec:
  initContainers: [{name: first, image: busybox, command: ["true"]}]
  containers:
  - name: nginx
    image: nginx:1.27
    livenessProbe: {httpGet: {path: /, port: 80}}
    readinessProbe: {httpGet: {path: /, port: 80}}
    startupProbe: {httpGet: {path: /, port: 80}}
"""
_DRAWN = re.compile(r"(node-debugger-node-1-|debugger-)[0-9a-z]{5}\b")


@pytest.fixture(scope="module")
def looking(twins: Twins) -> Twins:
    for cluster in (twins.theirs, twins.ours):
        cluster.apply(WEB)
        cluster.run(30)
    return twins


@pytest.mark.parametrize("line", commands("debug"))
def test_both_say_and_do_the_same(looking: Twins, line: str) -> None:
    looking.run(1)
    assert looking.mine(line) == looking.real(line)
    shown = "get pods -o yaml"
    assert looking.mine(shown) == looking.real(shown)


@pytest.mark.parametrize("what", ["copy", "node/node-1 --profile=sysadmin", "node/node-1"])
def test_names_that_are_drawn_differ_and_nothing_else(looking: Twins, what: str) -> None:
    line = f"debug {what} --image=busybox:1.36"
    real, mine = looking.real(line), looking.mine(line)
    assert (mine.code, mine.error) == (real.code, real.error)
    assert _DRAWN.search(mine.text)
    assert _DRAWN.sub(r"\1x", mine.text) == _DRAWN.sub(r"\1x", real.text)


def test_what_an_attached_container_writes_is_shown(looking: Twins) -> None:
    said = looking.kubectl("debug copy --image=busybox:1.36 -c talk -i -- echo hello")
    assert (said.text, said.error, said.code) == ("hello\n", "", 0)
