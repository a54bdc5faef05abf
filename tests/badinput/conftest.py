"""A served cluster to send bad requests to, as the tests of the edge have it."""

from __future__ import annotations

from tests.edge.conftest import ask, served, version

__all__ = ["ask", "served", "version"]
