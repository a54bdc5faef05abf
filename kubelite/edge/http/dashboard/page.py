"""Handing out the page: three files that anybody may read, for they hold nothing of a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from kubelite.edge.http.exchange import Answer

FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/kubelite/v1/dashboard.js": ("dashboard.js", "text/javascript; charset=utf-8"),
    "/kubelite/v1/dashboard.css": ("dashboard.css", "text/css; charset=utf-8"),
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("content-security-policy", POLICY),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
)


def page(path: str, headers: Mapping[str, str]) -> Answer | None:
    """A file of the page; None for what is none, and for a client at ``/`` that wants no page."""
    name, media = FILES[path]
    if path == "/" and "text/html" not in headers.get("accept", ""):
        return None
    return Answer(200, _content(name), media, HEADERS)


@cache
def _content(name: str) -> bytes:
    return (files(__package__) / name).read_bytes()
