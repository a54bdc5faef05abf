"""Label selectors are read, printed and matched as by the real code."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.apimachinery import labels
from tests.golden.recorded import lines, needs_golden


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    selector = labels.parse(asked["s"])
    return {"str": str(selector), "match": selector.matches(asked["labels"])}


@needs_golden
@pytest.mark.parametrize("line", lines("selector"), ids=lambda line: "")
def test_selector(line: dict[str, Any]) -> None:
    try:
        found = answer(line["in"])
    except ValueError:
        found = {"refused": True}
    assert found == line["out"]
