"""Bad pods are refused for the reasons, and in the order, of the real code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.errors import FieldError, go_value
from kubelite.apimachinery.struct import convert
from kubelite.apiserver.defaults import default_pod
from kubelite.apiserver.validation import validate_pod

GOLDEN = Path(__file__).parents[3] / "shared" / "golden" / "kubernetes-1.34.1.jsonl"

WITHOUT_VALUE = ("Required value", "Forbidden", "Too long")


def lines() -> list[dict[str, Any]]:
    if not GOLDEN.exists():
        return []
    with GOLDEN.open() as file:
        return [line for line in map(json.loads, file) if line["op"] == "podvalidate"]


def recorded(error: FieldError) -> dict[str, str]:
    """A field error in the form of the recorded ones."""
    kind = error.body.partition(":")[0]
    found = {"field": error.field, "type": kind}
    return found if kind in WITHOUT_VALUE else {**found, "value": go_value(error.value)}


@pytest.mark.skipif(not GOLDEN.exists(), reason="../shared/golden is not here")
@pytest.mark.parametrize("line", lines(), ids=lambda line: "")
def test_errors(line: dict[str, Any]) -> None:
    pod = default_pod(convert(Pod, line["in"]["pod"]))
    assert [recorded(error) for error in validate_pod(pod)] == line["out"]["errors"]
