"""The standard workload under faults: the first half of the seeds."""

from __future__ import annotations

import pytest

from kubelite.chaos.seeds import drawn
from tests.chaos.seeds import CHUNK, SEEDS, all_pass


@pytest.mark.parametrize("first", range(0, SEEDS // 2, CHUNK))
def test_the_standard_workload_under_faults(first: int) -> None:
    all_pass(drawn(["standard"], first, min(first + CHUNK, SEEDS // 2)))
