"""Small scenarios, exhaustively: each event on each watch is lost once, and the watch goes on."""

from __future__ import annotations

import pytest

from kubelite.chaos.small import SMALL
from kubelite.chaos.sweeps import sweep
from tests.chaos.seeds import all_pass


@pytest.mark.parametrize("scenario", SMALL)
def test_a_watch_that_loses_any_event(scenario: str) -> None:
    found = sweep(scenario, ("lost",))
    assert len(found.tasks) >= 30
    all_pass(found.tasks)
