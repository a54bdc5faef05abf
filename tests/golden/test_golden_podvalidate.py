"""Bad pods are refused for the reasons, and in the order, of the real code."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import Pod
from kubelite.apimachinery.errors import FieldError, go_value
from kubelite.apimachinery.struct import convert
from kubelite.apiserver.defaults import default_pod
from kubelite.apiserver.validation import validate_pod
from tests.golden.recorded import lines, needs_golden

WITHOUT_VALUE = ("Required value", "Forbidden", "Too long")


def recorded(error: FieldError) -> dict[str, str]:
    """A field error in the form of the recorded ones."""
    kind = error.body.partition(":")[0]
    found = {"field": error.field, "type": kind}
    return found if kind in WITHOUT_VALUE else {**found, "value": go_value(error.value)}


@needs_golden
@pytest.mark.parametrize("line", lines("podvalidate"), ids=lambda line: "")
def test_errors(line: dict[str, Any]) -> None:
    pod = default_pod(convert(Pod, line["in"]["pod"]))
    assert [recorded(error) for error in validate_pod(pod)] == line["out"]["errors"]
