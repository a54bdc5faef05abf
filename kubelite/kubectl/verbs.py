"""The table of verbs: what each is called, which flags it knows, and the function that does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import Flag, Given


class Verb(NamedTuple):
    """One command. ``run`` writes through the client; it raises what ``failures`` can say."""

    run: Callable[[Client, Given], None]
    flags: tuple[Flag, ...] = ()
    required: tuple[str, ...] = ()
    """Flags that must be given."""


def table() -> dict[str, Verb]:
    """Every verb by its name; "rollout status" is a verb of its own."""
    from kubelite.kubectl import create, creating, delete, get, looking

    return {
        "get": Verb(get.get, get.FLAGS),
        "create": Verb(create.create, create.FLAGS),
        **{f"create {name}": Verb(*row) for name, row in creating.TABLE.items()},
        "delete": Verb(delete.delete, delete.FLAGS),
        **looking.table(),
    }
