"""The course's colours and shapes: one look for each state a pod can be in.

The colours are those of Okabe and Ito, which people with any kind of colour vision can
tell apart. No view says anything by colour alone: each look also has a cue, drawn as
strokes in a box of 12 by 12, and a hatch for charts.
"""

from __future__ import annotations

from typing import NamedTuple

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
YELLOW = "#f0e442"


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

PHASES = (
    Look("Pending", "Pending", SKY_BLUE, BLACK, "M2.5 6h.01M6 6h.01M9.5 6h.01", ".."),
    Look("Running", "Running", GREEN, BLACK, "M4 2.8v6.4l5-3.2z", ""),
    Look("Succeeded", "Succeeded", BLUE, WHITE, "M3 3h6v6h-6z", "||"),
    Look("Failed", "Failed", GREY, WHITE, "M3 3l6 6M9 3l-6 6", "++"),
    Look("Unknown", "Unknown", WHITE, BLACK, "M4 4.5a2 2 0 1 1 2 2v1M6 9.8h.01", "", True),
)

READINESS = (
    Look("ready", "Ready", GREEN, BLACK, "M2.3 6.4l2.5 2.6 4.9-5.8", ""),
    Look("not ready", "Not ready", ORANGE, BLACK, "M7.5 2a4 4 0 0 0 0 8z", "//"),
    Look("finished", "Finished", GREY, WHITE, "M3 3h6v6h-6z", "||"),
)

_FILLS = (
    *((SKY_BLUE, BLACK), (ORANGE, BLACK), (GREEN, BLACK), (BLUE, WHITE)),
    *((VERMILLION, BLACK), (PURPLE, BLACK), (YELLOW, BLACK), (GREY, WHITE)),
)
_SHAPES = (
    "M6 2.5a3.5 3.5 0 1 0 .01 0z",  # circle
    "M6 2.2l4.2 7.3h-8.4z",  # triangle
    "M3 3h6v6h-6z",  # square
    "M6 1.8l4.2 4.2-4.2 4.2-4.2-4.2z",  # diamond
    "M6 2v8M2 6h8",  # plus
    "M3 3l6 6M9 3l-6 6",  # cross
    "M2.5 4h7M2.5 8h7",  # two lines
    "M2.5 3.5l3.5 5 3.5-5",  # wedge
)
CATEGORIES = len(_FILLS) * len(_SHAPES)
"""How many owners or namespaces look different from each other."""


def category(number: int, label: str) -> Look:
    """The look of the owner or namespace with this number: a colour and a shape."""
    number %= CATEGORIES
    fill, ink = _FILLS[number % len(_FILLS)]
    shape = _SHAPES[(number + number // len(_FILLS)) % len(_SHAPES)]
    return Look(label, label, fill, ink, shape, "")


BADGES = (
    Look("cordoned", "Cordoned", WHITE, BLACK, "M6 2a4 4 0 1 0 .01 0M3.4 8.6l5.2-5.2", ""),
    Look("drained", "Drained", GREY, WHITE, "M6 2v6M3 5.6l3 3 3-3M3 10.2h6", ""),
    Look("pressure", "Pressure", ORANGE, BLACK, "M6 2v4.8M6 9.8h.01", ""),
    Look("tainted", "Tainted", YELLOW, BLACK, "M3.5 10.5v-8.5h5.5l-1.6 2.3 1.6 2.3h-5.5", ""),
)
"""What stands beside a node's name when not every pod may come to it."""

LOOK_NUMBER = {look.key: number for number, look in enumerate(LOOKS)}


def look(key: str) -> Look:
    """The look called ``key``; raises KeyError for a name that is not in the palette."""
    return LOOKS[LOOK_NUMBER[key]]
