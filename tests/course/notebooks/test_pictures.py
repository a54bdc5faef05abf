"""Pictures are the same when a reader would see no change, and only then."""

from __future__ import annotations

import base64
import io

import pytest
from matplotlib.figure import Figure
from PIL import Image

from course.notebooks.pictures import difference


def png(
    title: str = "Pods, wanted and ready",
    tick: str = "web.1",
    peak: float = 3.0,
    colour: str = "#1f77b4",
    width: float = 6.4,
    compress: int = 6,
) -> str:
    figure = Figure(figsize=(width, 4.8), dpi=72)
    axes = figure.subplots()
    axes.plot([0, 1, 2], [1, peak, 2])
    axes.axhspan(1.0, 1.5, color=colour)
    axes.text(0.2, 1.2, tick, fontsize=6)
    axes.set_title(title)
    file = io.BytesIO()
    figure.savefig(file, format="png", pil_kwargs={"compress_level": compress})
    return base64.b64encode(file.getvalue()).decode()


def test_the_same_drawing_is_the_same() -> None:
    assert difference(png(), png()) is None


def test_only_pixels_count_not_how_they_are_packed() -> None:
    assert png(compress=1) != png(compress=9)
    assert difference(png(compress=1), png(compress=9)) is None


def test_a_change_too_small_to_see_passes() -> None:
    assert difference(png(), png(peak=3.0 + 1e-5)) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "Pods, wanted end ready"},
        {"title": "Pods. wanted and ready"},
        {"tick": "web,1"},
        {"tick": "web.7"},
        {"peak": 3.02},
        {"colour": "#1f77ba"},
        {"colour": "#d62728"},
    ],
    ids=str,
)
def test_a_change_a_reader_can_see_is_refused(changed: dict[str, float]) -> None:
    assert "pixels differ" in (difference(png(), png(**changed)) or "")  # type: ignore[arg-type]


def test_another_size_is_refused() -> None:
    found = difference(png(), png(width=7.0))
    assert found == "size changed from 460 x 345 to 504 x 345 pixels"


def test_transparency_counts() -> None:
    def pixel(alpha: int) -> str:
        file = io.BytesIO()
        Image.new("RGBA", (1, 1), (0, 0, 0, alpha)).save(file, format="png")
        return base64.b64encode(file.getvalue()).decode()

    assert difference(pixel(255), pixel(0)) is not None
