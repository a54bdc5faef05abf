"""The recorded answers of the real Kubernetes code, line by line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

GOLDEN = Path(__file__).parents[3] / "shared" / "golden" / "kubernetes-1.34.1.jsonl"

needs_golden = pytest.mark.skipif(
    not GOLDEN.exists(),
    reason="the recorded answers of Kubernetes (../shared/golden) are not on this machine",
)


def lines(operation: str) -> list[dict[str, Any]]:
    """The recorded lines of one operation; none where the recording is absent."""
    if not GOLDEN.exists():
        return []
    with GOLDEN.open(encoding="utf-8") as file:
        return [line for line in map(json.loads, file) if line["op"] == operation]
