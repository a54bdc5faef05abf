"""The inventory of upstream's tables holds, and is long enough."""

from __future__ import annotations

import pytest

from tests.upstream import areas

FOUND = areas.areas()


def test_three_hundred_cases_in_the_named_areas() -> None:
    assert areas.named(FOUND) >= 300


@pytest.mark.parametrize("area", FOUND, ids=[area.name for area in FOUND])
def test_every_area_names_its_files_and_has_cases(area: areas.Area) -> None:
    assert area.here > 0
    assert all(path.endswith("_test.go") for path in area.upstream)


def test_a_table_is_counted_row_by_row() -> None:
    assert areas.cases("tests.upstream.test_duration", "test_short_human_duration") == 19


def test_the_readme_is_up_to_date() -> None:
    """``python -m tests.upstream.areas`` writes it."""
    assert areas.README.read_text() == areas.readme()
