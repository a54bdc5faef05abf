"""What a live widget leaves behind in a saved notebook: words and a picture beside the view."""

from __future__ import annotations

from typing import Any


def beside(live: Any, still: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A widget's own display data with ``still`` added, by MIME type.

    ``live`` is what ipywidgets or anywidget gives: a dictionary, a pair with metadata, or None.
    """
    data, metadata = live if isinstance(live, tuple) else (live or {}, {})
    return {**data, **still}, metadata
