"""How much is tried: always the same, and more of it for ``KUBELITE_SWEEP=10``."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings

SCALE = int(os.environ.get("KUBELITE_SWEEP", "1"))


def sweep(examples: int) -> Callable[[Any], Any]:
    """So many examples, the same ones in every run; no wall clock has a say."""
    return settings(
        max_examples=examples * SCALE,
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
