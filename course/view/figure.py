"""A matplotlib figure that shows itself, always with the same bytes and always with words.

Figures are made without pyplot: no hidden state, no windows, nothing left open. A figure is
shown by being the last expression of a cell.
"""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from course.view.palette import BLACK, WHITE
from course.view.plain import plain, plain_lines
from course.view.style import house_style

DPI = 128
COLOURS = 256
SHOWN_DPI = 96
"""A figure has more pixels than the place it is shown in, so it is sharp on a dense screen."""


class LessonFigure(Figure):
    """A figure with ``alt``: what it shows, in words, for whoever does not see it."""

    def __init__(self, width: float, height: float, alt: str):
        super().__init__(figsize=(width, height), dpi=DPI, layout="constrained")
        self._agg = FigureCanvasAgg(self)
        self.alt = plain_lines(alt)

    def png(self) -> bytes:
        """The picture. The same figure gives the same bytes: no date and no version inside.

        A chart has few colours, so they are kept in a table: a third of the size.
        """
        with house_style(), warnings.catch_warnings():
            # A name in letters that the font lacks is drawn as boxes; the words have it in full.
            warnings.filterwarnings("ignore", message="Glyph .* missing from")
            self._agg.draw()  # type: ignore[no-untyped-call]
        pixels = np.asarray(self._agg.buffer_rgba())  # type: ignore[no-untyped-call]
        drawn = Image.fromarray(pixels).convert("RGB")
        buffer = io.BytesIO()
        drawn.quantize(COLOURS, Image.Quantize.FASTOCTREE).save(buffer, format="png")
        return buffer.getvalue()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        width = round(self.get_figwidth() * SHOWN_DPI)
        data = {"image/png": base64.b64encode(self.png()).decode(), "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt, "width": width}}


def draw_marks(labelled: Any, axes: Sequence[Any], marks: Mapping[float, str]) -> None:
    """Dotted lines at moments, through all of ``axes``; their words stand in ``labelled``."""
    for moment, text in marks.items():
        for part in axes:
            part.axvline(moment, color=BLACK, linewidth=1, linestyle=":")
        labelled.annotate(
            plain(text, 60),
            (moment, 0.06),
            xytext=(4, 0),
            textcoords="offset points",
            xycoords=("data", "axes fraction"),
            fontsize=8.5,
            parse_math=False,
            bbox={"facecolor": WHITE, "edgecolor": "none", "pad": 1.5},
        )
