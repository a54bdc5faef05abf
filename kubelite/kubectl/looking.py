"""The verbs that look into things: a part of the table of verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubelite.kubectl.verbs import Verb


def table() -> dict[str, Verb]:
    """The verbs by their names."""
    from kubelite.kubectl.describe import command
    from kubelite.kubectl.verbs import Verb

    return {
        "describe": Verb(command.describe, command.FLAGS),
    }
