"""JSON merge patches give what the real code gives."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.apimachinery.patch import json_merge
from tests.golden.recorded import lines, needs_golden


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    return {"res": json_merge.apply(asked["orig"], asked["patch"])}


@needs_golden
@pytest.mark.parametrize("line", lines("merge"), ids=lambda line: "")
def test_merge(line: dict[str, Any]) -> None:
    try:
        found = answer(line["in"])
    except ValueError:
        found = {"refused": True}
    assert found == line["out"]
