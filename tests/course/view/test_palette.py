"""Nothing is said by colour alone, and every text can be read on its colour."""

from __future__ import annotations

from course.view.palette import LOOKS
from course.view.style import house_style

READABLE = 4.5  # WCAG AA, text of ordinary size


def test_every_look_has_a_cue_and_a_label_of_its_own() -> None:
    for part in ("key", "label", "fill", "cue"):
        values = [getattr(look, part) for look in LOOKS]
        assert len({*values}) == len(LOOKS), part


def test_text_can_be_read_on_every_fill() -> None:
    too_faint = {look.key: c for look in LOOKS if (c := contrast(look.fill, look.ink)) < READABLE}
    assert too_faint == {}


def test_the_house_style_is_put_back() -> None:
    import matplotlib

    before = matplotlib.rcParams["axes.spines.top"]
    with house_style():
        assert matplotlib.rcParams["axes.spines.top"] is False
    assert matplotlib.rcParams["axes.spines.top"] == before


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
