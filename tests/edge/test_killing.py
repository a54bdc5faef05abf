"""A process that serves writes is killed; whoever comes next finds all that was acknowledged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.edge.killing import run


@pytest.mark.parametrize(("cluster", "runs"), [(False, 6), (True, 4)])
def test_after_kill_9_every_acknowledged_write_is_there(
    tmp_path: Path, cluster: bool, runs: int
) -> None:
    witness = run(tmp_path, runs, seed=7, cluster=cluster)
    assert witness.acknowledged > 0
