"""Quantities are read, rounded and printed as by the real code."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.apimachinery.quantity import Quantity
from tests.golden.recorded import lines, needs_golden


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    quantity = Quantity.parse(asked["s"])
    return {"canon": str(quantity), "value": quantity.value, "milli": quantity.milli}


@needs_golden
@pytest.mark.parametrize("line", lines("quantity"), ids=lambda line: "")
def test_quantity(line: dict[str, Any]) -> None:
    try:
        found = answer(line["in"])
    except ValueError:
        found = {"refused": True}
    assert found == line["out"]
