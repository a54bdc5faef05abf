"""How the items of the list are tried, and how much that may cost."""

from __future__ import annotations

import json
import re
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.apiserver.conftest import Desk
from tests.badinput.objects import KINDS, good
from tests.edge.conftest import Ask

ROOT = Path(__file__).parent.parent.parent
MEBIBYTE = 1 << 20
CONFIGMAPS = "/api/v1/namespaces/default/configmaps"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"

BY_KIND = {kind.kind: kind for kind in KINDS}
NAMED = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)


def refused(desk: Desk, kind: str, text: str, **changes: Any) -> None:
    """A good object with these fields changed: its field is named and nothing is stored."""
    error = desk.refused("create", kind, {**good(BY_KIND[kind]), **changes})
    assert re.search(text, str(error)), str(error)


def spec(kind: str, **changes: Any) -> dict[str, Any]:
    return {**good(BY_KIND[kind])["spec"], **changes}


def posted(ask: Ask, path: str, raw: bytes, media: str = "application/json") -> tuple[int, str]:
    code, _, answer = ask("POST", path, raw, Content_Type=media)
    return code, json.loads(answer)["message"]


def peak(action: Callable[[], object]) -> int:
    """The most memory an action holds at a time, in bytes."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def calls(action: Callable[[], object]) -> int:
    """How many functions an action calls: its length, whatever the machine is doing."""
    count = 0

    def called(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count
