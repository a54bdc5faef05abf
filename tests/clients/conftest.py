from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kubelite import Cluster
from kubelite.edge.http.server import Server
from tests.clients.installing import Clients, NotInstalledError, clients

PROGRAMS = Path(__file__).parent / "programs"

Run = Callable[..., list[str]]


@pytest.fixture(scope="session")
def installed() -> Clients:
    """The clients. Where they cannot be had, the tests fail: a skipped one would prove nothing."""
    try:
        return clients()
    except NotInstalledError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[Cluster, Server]]:
    """A cluster whose clock runs ten times as fast as ours, and whose first revisions are gone."""
    cluster = Cluster(nodes=3, seed=7)
    cluster.run(10)
    cluster.store.compact(cluster.revision)
    with cluster.serve(speed=10) as server:
        yield cluster, server


@pytest.fixture
def environment(
    served: tuple[Cluster, Server], installed: Clients, tmp_path: Path
) -> dict[str, str]:
    """Variables for a client: a home of its own, the cluster, and no proxy between them."""
    bin = str(installed.python.parent)
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("proxy")}
    for name in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):  # modules are compiled once
        kept.pop(name, None)
    return kept | {
        "HOME": str(tmp_path),
        "KUBECONFIG": served[1].kubeconfig,
        "PATH": f"{bin}{os.pathsep}{os.environ['PATH']}",
    }


@pytest.fixture
def run(installed: Clients, environment: dict[str, str]) -> Run:
    """Run one of the programs to its end; the lines that it has printed."""

    def one(name: str, *arguments: str) -> list[str]:
        program, by = PROGRAMS / name, installed.python
        if program.suffix == ".mjs":  # node looks for packages beside the program
            program, by = Path(shutil.copy(program, installed.packages)), installed.node
        done = subprocess.run(
            [by, program, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{name}:\n{done.stdout}{done.stderr}"
        return done.stdout.splitlines()

    return one
