"""Strategic merge patches of pods give what the real code gives."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.patch import strategic
from tests.golden.recorded import lines, needs_golden


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    return {"res": strategic.apply(Pod, asked["orig"], asked["patch"])}


@needs_golden
@pytest.mark.parametrize("line", lines("smp"), ids=lambda line: "")
def test_smp(line: dict[str, Any]) -> None:
    try:
        found = answer(line["in"])
    except ValueError:
        found = {"refused": True}
    assert found == line["out"]
