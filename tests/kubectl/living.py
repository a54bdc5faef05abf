"""One cluster, asked by the real kubectl and by ours at the same moment of the same clock.

The cluster lives in the present: its clock is set to the real time before each command, and held
still while both are asked. So ages, which the real kubectl reckons from the computer's clock, are
those of ours but for the blink in between; a command that meets the turn of a second is repeated.
On a computer so busy that this never helps, ages may differ by a few seconds, and nothing else.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from kubelite import Cluster
from kubelite.apimachinery.manifest import load
from kubelite.apimachinery.times import SECOND
from kubelite.edge.http.server import Server
from kubelite.kubectl import kubectl
from tests.edge.conftest import program

RICH = Path(__file__).parent / "rich"
STILL = 1e-9
"""The speed of a clock that nobody sees moving."""

BLINK = 40_000
"""Microseconds from the setting of the clock to the binary's look at it."""

BUSY = 5
"""Seconds that the binary may need for one command."""

_AGE = re.compile(r"\b(?:\d+[hms])+\b")
_UNITS = {"h": 3600, "m": 60, "s": 1}

PAST = 1010
"""Virtual seconds before the present at which the cluster begins."""


class Said(NamedTuple):
    """What a command printed, and how it ended."""

    out: str
    error: str
    code: int


class Living:
    """A served cluster, the real kubectl, and ours."""

    def __init__(self, cluster: Cluster, server: Server, home: Path):
        self.cluster = cluster
        self._server = server
        self._ours = kubectl(cluster)
        self._environment = {
            "HOME": str(home),
            "KUBECONFIG": server.kubeconfig,
            "PATH": os.environ["PATH"],
        }

    def catch_up(self) -> None:
        """Let the cluster live until now."""
        behind = time.time_ns() // 1000 + BLINK - self.cluster.clock.now
        if behind > 0:
            self.cluster.run(behind / SECOND)

    def real(self, line: list[str], text: str = "") -> Said:
        """What the real kubectl says."""
        done = subprocess.run(
            [program(), *line],
            input=text,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Said(done.stdout, done.stderr, done.returncode)

    def ours(self, line: list[str], text: str = "") -> Said:
        """What ours says."""
        done = self._ours(line, text)
        return Said(done.text, done.error, done.code)

    def both(self, line: list[str], text: str = "") -> tuple[Said, Said]:
        """What both say at one moment: real, ours."""
        for _ in range(3):
            self.catch_up()
            real, ours = self.real(line, text), self.ours(line, text)
            if real == ours:
                return real, ours
        return real, real if _as_old(real, ours) else ours


def _as_old(real: Said, ours: Said) -> bool:
    """Whether only ages differ, and those by no more than a busy computer explains."""
    texts = [said.out + said.error for said in (real, ours)]
    plain = [" ".join(_AGE.sub("AGE", text).split()) for text in texts]
    ages = [[_seconds(age) for age in _AGE.findall(text)] for text in texts]
    return (real.code, plain[0]) == (ours.code, plain[1]) and all(
        abs(one - other) <= (BUSY if one < 600 else 60) for one, other in zip(*ages, strict=True)
    )


def _seconds(age: str) -> int:
    return sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"(\d+)([hms])", age))


def apply_rich(cluster: Cluster, *names: str) -> None:
    """Apply manifests of the folder beside this file."""
    for name in names:
        for document in load((RICH / f"{name}.yaml").read_text(encoding="utf-8"), name):
            cluster.apply(document)
        cluster.run(2)


def past() -> int:
    """When a cluster begins that is to reach the present."""
    return int(time.time() - PAST) * SECOND


def commands(name: str) -> list[str]:
    """The command lines of a file beside the manifests."""
    text = (RICH / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
