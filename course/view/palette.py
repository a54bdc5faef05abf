"""The course's colours and shapes: one look for each state a pod can be in.

The colours are those of Okabe and Ito, which people with any kind of colour vision can
tell apart. No view says anything by colour alone: each look also has a cue, drawn as
strokes in a box of 12 by 12, and a hatch for charts.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

import matplotlib

BLACK = "#000000"
WHITE = "#ffffff"
GREY = "#4d4d4d"
PALE = "#f4f4f2"
LINE = "#8a8a86"
ORANGE = "#e69f00"
SKY_BLUE = "#56b4e9"
GREEN = "#009e73"
BLUE = "#0072b2"
VERMILLION = "#d55e00"
PURPLE = "#cc79a7"

STYLE_FILE = Path(__file__).parent / "kubelite.mplstyle"


class Look(NamedTuple):
    """How one state of a pod is shown everywhere. ``cue`` is an SVG path in a 12 by 12 box."""

    key: str
    label: str
    fill: str
    ink: str
    cue: str
    hatch: str
    dashed: bool = False


LOOKS = (
    Look("pending", "Unscheduled", WHITE, BLACK, "M6 2a4 4 0 1 0 .01 0M6 3.8v2.4l1.6 1", "", True),
    Look("starting", "Starting", SKY_BLUE, BLACK, "M2.5 6h.01M6 6h.01M9.5 6h.01", ".."),
    Look("unready", "Not ready", ORANGE, BLACK, "M7.5 2a4 4 0 0 0 0 8z", "//"),
    Look("ready", "Ready", GREEN, BLACK, "M2.3 6.4l2.5 2.6 4.9-5.8", ""),
    Look("trouble", "In trouble", VERMILLION, BLACK, "M6 2v4.8M6 9.8h.01", "xx"),
    Look("leaving", "Terminating", PURPLE, BLACK, "M2.5 6h7", "--"),
    Look("done", "Succeeded", BLUE, WHITE, "M3 3h6v6h-6z", "||"),
    Look("failed", "Failed", GREY, WHITE, "M3 3l6 6M9 3l-6 6", "++"),
)

LOOK_NUMBER = {look.key: number for number, look in enumerate(LOOKS)}


def look(key: str) -> Look:
    """The look called ``key``; raises KeyError for a name that is not in the palette."""
    return LOOKS[LOOK_NUMBER[key]]


def house_style() -> AbstractContextManager[None]:
    """Matplotlib's settings for the course's figures, for the length of a ``with`` block."""
    return matplotlib.rc_context(fname=STYLE_FILE)
