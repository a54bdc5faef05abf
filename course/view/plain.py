"""Text of other people's as views may show it: readable, harmless, and not too long.

Names, owners and reasons come from a cluster, titles from a notebook. None of them is markup, and
none may turn the line round, hide behind control characters, or fill the screen.
"""

from __future__ import annotations

import re

LONGEST = 253
"""Of one name; what the API allows."""

# Control characters, half characters, what is no character at all, and what turns writing round.
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


def plain(text: str, longest: int = LONGEST) -> str:
    """One line of text; whatever could not be shown is the sign for an unknown character."""
    return plain_lines(text[: longest + 1], longest).replace("\n", " ").replace("\t", " ")


def plain_lines(text: str, longest: int = 1 << 20) -> str:
    """Several lines of text."""
    shown = _ODD.sub("\ufffd", text)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
