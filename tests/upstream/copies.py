"""What a controller's informers know, without a server behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Copy:
    """What an informer knows, put there by hand."""

    revision = 0

    def __init__(self, resource: str = "") -> None:
        self.resource = resource
        self.found: dict[str, Any] = {}
        self.get = self.found.get

    def on(self, **handlers: Callable[..., None]) -> None:
        self.handlers = handlers

    def items(self) -> list[Any]:
        return list(self.found.values())

    def index(self, name: str, value: str) -> list[Any]:
        return self.items()

    def put(self, key: str, obj: Any) -> None:
        old = self.found.get(key)
        self.found[key] = obj
        if old is None:
            self.handlers["add"](obj)
        else:
            self.handlers["update"](old, obj)
