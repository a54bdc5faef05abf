"""A Kopf operator in a process of its own takes care of a kind that a learner has defined."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from kubelite.edge.http.server import Server
from tests.clients.conftest import PROGRAMS
from tests.clients.installing import Clients

BAKERY = """
apiVersion: kopf.example/v1
kind: Bakery
metadata: {name: corner}
spec: {ovens: %d}
"""

Operator = Callable[[], Any]


@pytest.fixture
def operator(installed: Clients, environment: dict[str, str], tmp_path: Path) -> Operator:
    """Run the operator for the length of a ``with``; its output is in the file that is given."""

    @contextmanager
    def running() -> Iterator[Path]:
        said = tmp_path / "operator.log"
        kopf = [str(installed.python.with_name("kopf")), "run", "--namespace", "default"]
        with said.open("a") as out:
            process = subprocess.Popen(
                [*kopf, str(PROGRAMS / "kopf_operator.py")], env=environment, stdout=out, stderr=out
            )
        try:
            yield said
            assert process.poll() is None, said.read_text()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)

    return running


def test_an_operator_takes_care_of_its_kind(
    served: tuple[Cluster, Server], operator: Operator
) -> None:
    cluster = served[0]
    cluster.apply((PROGRAMS / "bakery.yaml").read_text(encoding="utf-8"))
    cluster.run_until("crd/bakeries.kopf.example established")
    with operator() as said:
        cluster.apply(BAKERY % 2)
        until(lambda: status(cluster).get("fired") == 2, said)
        made = cluster.get("deployment/corner")
        assert [one.kind for one in made.metadata.owner_references] == ["Bakery"]
        assert bakery(cluster).metadata.finalizers == ("kopf.example/cold-ovens",)
        assert status(cluster)["build"] == {"deployment": "corner"}
        assert "failed temporarily: the flour has not come yet" in said.read_text()

        cluster.apply(BAKERY % 3)
        until(lambda: status(cluster).get("fired") == 3, said)

    cluster.apply(BAKERY % 1)  # while nobody looks
    assert cluster.get("deployment/corner").spec.replicas == 3
    with operator() as said:
        until(lambda: cluster.get("deployment/corner").spec.replicas == 1, said)
        cluster.delete("bakery/corner")
        until(lambda: gone(cluster, "bakery/corner"), said)
        until(lambda: gone(cluster, "deployment/corner"), said)
    assert cluster.get("configmap/corner-is-closed")
    events = [event for event in cluster.get("events") if event.involved_object.kind == "Bakery"]
    assert {(event.reason, event.message) for event in events} >= {
        ("Built", "2 ovens are built"),
        ("Rebuilt", "from 2 to 3 ovens"),
        ("Rebuilt", "from 3 to 1 ovens"),
    }


def bakery(cluster: Cluster) -> Any:
    return cluster.get("bakery/corner")


def status(cluster: Cluster) -> Any:
    return bakery(cluster).status or {}


def gone(cluster: Cluster, name: str) -> bool:
    try:
        cluster.get(name)
    except StatusError as error:
        return error.code == 404
    return False


def until(true: Callable[[], bool], said: Path) -> None:
    """Wait for somebody else's work; a minute is for slow machines."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, said.read_text()
        time.sleep(0.1)
