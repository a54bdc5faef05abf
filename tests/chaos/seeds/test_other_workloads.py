"""Every other workload under faults: some seeds of each."""

from __future__ import annotations

import pytest

from kubelite.chaos import SCENARIOS
from kubelite.chaos.seeds import drawn
from tests.chaos.seeds import SEEDS, all_pass

SOME = max(1, SEEDS // 125)


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name != "standard"])
def test_the_other_workloads_under_faults(name: str) -> None:
    all_pass(drawn([name], 0, SOME))
