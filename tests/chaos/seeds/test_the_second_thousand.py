"""The standard workload under faults: seeds 1000 to 1999."""

from __future__ import annotations

import pytest

from kubelite.chaos.seeds import drawn
from tests.chaos.seeds import all_pass

CHUNK = 50


@pytest.mark.parametrize("first", range(1000, 2000, CHUNK))
def test_the_standard_workload_under_faults(first: int) -> None:
    all_pass(drawn(["standard"], first, first + CHUNK))
