"""The line below the controls: the command just given, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from course.view.plain import plain

FOLDER = Path(__file__).parent
MOST_LETTERS = 400


class Console(anywidget.AnyWidget):
    """Shows ``command`` and ``outcome`` as text; ``labels`` name the sliders, by CSS class."""

    _esm = FOLDER / "console.js"
    _css = FOLDER / "console.css"

    command = traitlets.Unicode("").tag(sync=True)
    outcome = traitlets.Unicode("").tag(sync=True)
    labels: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    done = traitlets.Int(0).tag(sync=True)

    def tell(self, command: str, outcome: str) -> None:
        """Show both at once; the number says that they are complete."""
        with self.hold_sync():
            self.command = plain(command, MOST_LETTERS)
            self.outcome = plain(outcome, MOST_LETTERS)
            self.done += 1
