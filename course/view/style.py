"""The one style of the course's charts. It needs matplotlib, so live views keep away from it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import matplotlib

FILE = Path(__file__).parent / "kubelite.mplstyle"


def house_style() -> AbstractContextManager[None]:
    """Matplotlib's settings for the course's figures, for the length of a ``with`` block."""
    return matplotlib.rc_context(fname=FILE)
