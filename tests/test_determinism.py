"""The same seed gives the same cluster, to the last name and microsecond, in any process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kubelite import Cluster
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from tests import manifests

BUSY = """
import sys
from tests.test_determinism import busy
print(busy(int(sys.argv[1])).trace.digest())
"""


def busy(seed: int) -> Cluster:
    """A cluster that has been through a lot: rollout, scale, dead node, restarts, traffic."""
    cluster = Cluster(nodes=4, seed=seed)
    liveness = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 5}
    sick = manifests.deployment(
        "sick",
        replicas=2,
        env={"HANG_AFTER_SECONDS": "20"},
        container={"livenessProbe": liveness},
    )
    cluster.apply(manifests.deployment(replicas=6, env={"RESPONSE_MS": "30", "FAIL_RATE": "0.2"}))
    cluster.apply(sick)
    cluster.apply(manifests.service())
    cluster.run_until("deployment/web ready")
    cluster.scale("deployment/web", 9)
    for _ in range(20):
        cluster.request("web")
    cluster.kill_node("node-2")
    cluster.patch("deployment/web", manifests.image("shop:2.0"), patch_type=STRATEGIC_PATCH)
    cluster.run(120)
    cluster.start_node("node-2")
    cluster.delete(f"pod/{cluster.get('pods', selector='app=web')[0].metadata.name}")
    cluster.rollout_undo("deployment/web")
    cluster.run(400)
    return cluster


def digest(seed: int, hash_seed: str, root: Path) -> str:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", BUSY, str(seed)]
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_same_seed_in_three_processes(project_root: Path) -> None:
    digests = {digest(7, hash_seed, project_root) for hash_seed in ("0", "1", "12345")}
    assert len(digests) == 1


def test_another_seed_is_another_cluster() -> None:
    assert busy(7).trace.digest() != busy(8).trace.digest()


def test_twice_in_one_process() -> None:
    """Nothing that one cluster did is left lying about for the next."""
    assert busy(7).trace.digest() == busy(7).trace.digest()


def test_time_may_be_cut_as_one_likes() -> None:
    one, many = Cluster(seed=3), Cluster(seed=3)
    for cluster in (one, many):
        cluster.apply(manifests.deployment())
    one.run(60)
    for _ in range(600):
        many.run(0.1)
    assert one.trace.digest() == many.trace.digest()


def test_looking_changes_nothing() -> None:
    """Tables, events, stories and history are read without a trace."""
    quiet, watched = Cluster(seed=3), Cluster(seed=3)
    for cluster in (quiet, watched):
        cluster.apply(manifests.deployment())
        cluster.run(10)
    for text in (watched.get("pods"), watched.events(), watched, watched.story("deployment/web")):
        assert repr(text)
    watched.history.at(watched.history.start)
    for cluster in (quiet, watched):
        cluster.run(10)
    assert quiet.trace.digest() == watched.trace.digest()


@pytest.mark.parametrize("seed", range(5))
def test_a_busy_cluster_keeps_its_invariants(seed: int) -> None:
    from tests import invariants

    invariants.check(busy(seed))
