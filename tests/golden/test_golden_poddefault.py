"""Pods are filled in as the real code fills them in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.struct import convert
from kubelite.apiserver.defaults import default_pod

GOLDEN = Path(__file__).parents[3] / "shared" / "golden" / "kubernetes-1.34.1.jsonl"


def lines() -> list[dict[str, Any]]:
    if not GOLDEN.exists():
        return []
    with GOLDEN.open() as file:
        return [line for line in map(json.loads, file) if line["op"] == "poddefault"]


@pytest.mark.skipif(not GOLDEN.exists(), reason="../shared/golden is not here")
@pytest.mark.parametrize("line", lines(), ids=lambda line: "")
def test_defaults(line: dict[str, Any]) -> None:
    pod = default_pod(convert(Pod, line["in"]["pod"]))
    assert pod == convert(Pod, line["out"]["pod"])
    assert default_pod(pod) is pod
