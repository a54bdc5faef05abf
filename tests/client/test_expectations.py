"""What was asked for and not yet seen. Facts from pkg/controller/controller_utils_test.go."""

from __future__ import annotations

import pytest

from kubelite.client import Expectations
from kubelite.sim.clock import MINUTE, SECOND, Clock

KEY = "default/web"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def expectations(clock: Clock) -> Expectations:
    return Expectations(clock)


def test_who_expects_nothing_is_satisfied(expectations: Expectations) -> None:
    assert expectations.satisfied(KEY)
    expectations.created(KEY)
    assert expectations.satisfied(KEY)


def test_creations_are_counted_down(expectations: Expectations) -> None:
    expectations.expect(KEY, creations=2)
    seen = []
    for _ in range(3):
        seen.append(expectations.satisfied(KEY))
        expectations.created(KEY)
    assert seen == [False, False, True]
    assert expectations.satisfied(KEY), "one more than expected does no harm"


def test_deletions_are_told_apart_by_uid(expectations: Expectations) -> None:
    expectations.expect(KEY, deletions=("one", "two"))
    expectations.deleted(KEY, "one")
    expectations.deleted(KEY, "one")
    expectations.deleted(KEY, "stranger")
    assert not expectations.satisfied(KEY), "an update that shows it deleted twice counts once"
    expectations.deleted(KEY, "two")
    assert expectations.satisfied(KEY)


def test_owners_do_not_share(expectations: Expectations) -> None:
    expectations.expect(KEY, creations=1)
    assert expectations.satisfied("default/other")


def test_after_five_minutes_nobody_waits_any_longer(
    expectations: Expectations, clock: Clock
) -> None:
    expectations.expect(KEY, creations=1)
    clock.run_until(clock.now + 5 * MINUTE)
    assert not expectations.satisfied(KEY)
    clock.run_until(clock.now + 1 * SECOND)
    assert expectations.satisfied(KEY)


def test_a_forgotten_owner_expects_nothing(expectations: Expectations) -> None:
    expectations.expect(KEY, creations=3, deletions=("one",))
    expectations.forget(KEY)
    assert expectations.satisfied(KEY)


def test_whoever_waits_in_vain_can_be_found(expectations: Expectations, clock: Clock) -> None:
    expectations.expect(KEY, creations=1)
    expectations.expect("default/other", deletions=("one",))
    clock.run_until(clock.now + 6 * MINUTE)
    assert expectations.waiting() == [KEY, "default/other"], "satisfied, but not met"
    expectations.created(KEY)
    expectations.deleted("default/other", "one")
    assert expectations.waiting() == []
