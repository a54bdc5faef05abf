"""The standard workload under faults: seeds 0 to 999."""

from __future__ import annotations

import pytest

from kubelite.chaos.seeds import drawn
from tests.chaos.seeds import all_pass

CHUNK = 50


@pytest.mark.parametrize("first", range(0, 1000, CHUNK))
def test_the_standard_workload_under_faults(first: int) -> None:
    all_pass(drawn(["standard"], first, first + CHUNK))
