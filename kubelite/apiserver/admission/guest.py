"""A learner's admission plugin as the chain meets it.

It refuses by raising a StatusError; whatever else it raises, and whatever it returns instead of
the object, is an internal error of the server (500) that names it. Nothing is stored, as when a
request panics upstream (``k8s.io/apiserver/pkg/server/filters/wrap.go``).
"""

from __future__ import annotations

from typing import Any, NoReturn

from kubelite.api.freezing import freeze_unstored, spoilt
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import Request
from kubelite.apiserver.admission.plugin import Plugin, Server
from kubelite.sim.guests import mishap, nonsense, shown


class GuestPlugin(Plugin):
    """Calls ``plugin``, and answers for it."""

    def __init__(self, plugin: Plugin):
        super().__init__(plugin.find, plugin.everything)
        self._plugin = plugin
        self.resources = plugin.resources
        self.last = bool(plugin.last)

    def connect(self, server: Server) -> None:
        """Let it meet the server."""
        self._plugin.connect(server)

    def concerns(self, resource: str) -> bool:
        """Whether it wants to see objects of this resource; if it cannot say, it sees them."""
        try:
            return bool(self._plugin.concerns(resource))
        except BaseException as error:
            mishap(error, self._plugin, "concerns")
            return True

    def admit(self, request: Request, obj: Any, old: Any | None) -> Any:
        """The object as it wants it. Raises StatusError."""
        freeze_unstored(obj)
        freeze_unstored(old)
        try:
            admitted = self._plugin.admit(request, obj, old)
            self._check(obj, admitted)
        except StatusError:
            raise
        except BaseException as error:
            self._fail(error, "admit")
        return admitted

    def admit_deletion(self, request: Request) -> None:
        """Raises StatusError."""
        try:
            self._plugin.admit_deletion(request)
        except StatusError:
            raise
        except BaseException as error:
            self._fail(error, "admit_deletion")

    @staticmethod
    def _check(obj: Any, admitted: Any) -> None:
        if type(admitted) is not type(obj):
            nonsense(f"admit returned {shown(admitted)}: return the {type(obj).__name__}")
        if changed := spoilt():
            nonsense(changed)
        before, after = obj.metadata, admitted.metadata
        if (before.namespace, before.name) != (after.namespace, after.name):
            nonsense("admit returned an object of another name: give another name to none")

    def _fail(self, error: BaseException, method: str) -> NoReturn:
        found = mishap(error, self._plugin, method)
        name = type(self._plugin).__name__
        raise errors.internal(f'admission plugin "{name}" failed: {found.cause}') from error
