"""What an admission plugin is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from kubelite.apimachinery.rest import Request
from kubelite.apiserver.authz import Authorizer

Find = Callable[[str, str, str], Any]
"""(resource, namespace, name) to the stored object or None."""

Everything = Callable[[str], Iterable[Any]]
"""resource to all stored objects."""


Followed = dict[str, dict[str, Any]]
"""All objects of a kind by namespace and name; empty while there is none."""


class Server(Protocol):
    """What a plugin may ask of the server it stands in, beyond looking things up."""

    authorizer: Authorizer | None
    service_accounts: bool

    def now(self) -> int:
        """Microseconds since 1970."""
        ...

    def suffix(self, stream: str) -> str:
        """Five characters of chance, from a stream of their own."""
        ...

    def follow(self, resource: str) -> Followed:
        """A copy of all objects of a kind that every write brings up to date."""
        ...

    def commit(self, resource: str, new: Any, old: Any) -> None:
        """Write ``new`` over ``old`` in the server's own name."""
        ...


class Plugin:
    """Looks at each object on its way in. ``old`` is None when it is being created."""

    resources: tuple[str, ...] = ()
    last = False
    """Whether it has to wait for the word of all others."""

    def __init__(self, find: Find, everything: Everything = lambda resource: ()):
        self.find = find
        self.everything = everything

    def connect(self, server: Server) -> None:
        """Called once, when the server's registries are there."""

    def concerns(self, resource: str) -> bool:
        """Whether objects of this resource are shown to the plugin."""
        return resource in self.resources

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The object, perhaps changed. Raises StatusError to refuse it."""
        raise NotImplementedError

    def admit_deletion(self, request: Request) -> None:
        """Raises StatusError to refuse a deletion."""
