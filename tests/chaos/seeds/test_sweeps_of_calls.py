"""Small scenarios, exhaustively: each call of the control plane goes wrong once."""

from __future__ import annotations

import pytest

from kubelite.chaos.small import SMALL
from kubelite.chaos.sweeps import sweep
from tests.chaos.seeds import all_pass


@pytest.mark.parametrize("scenario", SMALL)
def test_a_control_plane_that_dies_after_any_call(scenario: str) -> None:
    found = sweep(scenario, ("crash-after",))
    assert len(found.tasks) >= 30
    all_pass(found.tasks)
