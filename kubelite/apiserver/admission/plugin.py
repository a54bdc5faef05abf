"""What an admission plugin is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kubelite.apimachinery.rest import Request

Find = Callable[[str, str, str], Any]
"""(resource, namespace, name) to the stored object or None."""

Everything = Callable[[str], Iterable[Any]]
"""resource to all stored objects."""


class Plugin:
    """Looks at each object on its way in. ``old`` is None when it is being created."""

    resources: tuple[str, ...] = ()

    def __init__(self, find: Find, everything: Everything = lambda resource: ()):
        self.find = find
        self.everything = everything

    def concerns(self, resource: str) -> bool:
        """Whether objects of this resource are shown to the plugin."""
        return resource in self.resources

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The object, perhaps changed. Raises StatusError to refuse it."""
        raise NotImplementedError

    def admit_deletion(self, request: Request) -> None:
        """Raises StatusError to refuse a deletion."""
