"""When are two PNG pictures the same to a reader?

Measured on matplotlib figures of 460 x 345 pixels: drawing the same data again
moved no pixel; data changed by a ten-thousandth moved the brightness of some by
4 of 255; the smallest change a reader could notice (a comma for a full stop in
6-point type) moved one by 30, any other letter by 100 and more. An average over
the whole picture hides such a change, so the rule looks at the worst pixel; a
second one catches a faint change of colour over a large area.
"""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

WORST_PIXEL = 16
"""The most one channel of one pixel may differ, of 255."""

CHANGED_SHARE = 0.02
"""The share of pixels that may differ at all."""


def difference(saved: str, fresh: str) -> str | None:
    """What tells two base64 PNGs apart, as one sentence; None when a reader would see none."""
    if saved.strip() == fresh.strip():
        return None
    before, after = _pixels(saved), _pixels(fresh)
    if before.shape != after.shape:
        return f"size changed from {_size(before)} to {_size(after)} pixels"
    distance = np.abs(before - after).max(axis=2)
    worst, share = int(distance.max()), float((distance > 0).mean())
    if worst <= WORST_PIXEL and share <= CHANGED_SHARE:
        return None
    row, column = np.unravel_index(int(distance.argmax()), distance.shape)
    return (
        f"{share:.2%} of the pixels differ, the worst by {worst} of 255"
        f" at column {column}, row {row}"
    )


def _pixels(encoded: str) -> np.ndarray:
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as image:
        return np.asarray(image.convert("RGBA"), dtype=np.int16)


def _size(pixels: np.ndarray) -> str:
    return f"{pixels.shape[1]} x {pixels.shape[0]}"
