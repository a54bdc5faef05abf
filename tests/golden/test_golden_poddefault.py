"""Pods are filled in as the real code fills them in."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.struct import convert
from kubelite.apiserver.defaults import default_pod
from tests.golden.recorded import lines, needs_golden


@needs_golden
@pytest.mark.parametrize("line", lines("poddefault"), ids=lambda line: "")
def test_defaults(line: dict[str, Any]) -> None:
    pod = default_pod(convert(Pod, line["in"]["pod"]))
    assert pod == convert(Pod, line["out"]["pod"])
    assert default_pod(pod) is pod
