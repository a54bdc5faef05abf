"""One HTTP request that has been read and let in, and what is sent back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

from kubelite.apimachinery.rest import User
from kubelite.edge.http.guard import Headers


class Asked(NamedTuple):
    """One HTTP request, read and let in."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Headers
    body: bytes
    user: User

    def option(self, name: str) -> str:
        """A query parameter; nothing if it is not given."""
        return self.query.get(name, [""])[0]

    def flag(self, name: str) -> bool:
        """A query parameter that is true or false."""
        return self.option(name).lower() in ("true", "1")


class Answer(NamedTuple):
    """What is sent back: a whole body, or a stream of pieces."""

    code: int
    body: bytes | AsyncIterator[bytes]
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
