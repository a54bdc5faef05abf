"""A version of a defined kind that is not the preferred one.

Requests for it are turned into requests for the preferred version, and the answers back: the
versions differ in ``apiVersion`` and in what their schemas let through. So they do where the
definition names a webhook: no webhook is called here.
Models k8s.io/apiextensions-apiserver/pkg/apiserver/conversion.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api.custom import CustomObject
from kubelite.apimachinery import errors
from kubelite.apimachinery.rest import ObjectList, Request, Response
from kubelite.apimachinery.struct import replace
from kubelite.apiserver import patching
from kubelite.apiserver.customresources.strategy import CustomStrategy


class OtherVersion:
    """Answers for one version by asking for another."""

    def __init__(
        self,
        strategy: CustomStrategy,
        preferred: CustomStrategy,
        handle: Callable[[Request], Response],
    ):
        self.strategy = strategy
        self._preferred = preferred
        self._handle = handle

    def handle(self, request: Request) -> Response:
        """Answer one request. Raises StatusError 400 or 422 for what this version refuses."""
        asked = replace(request, resource=self._preferred.row.resource)
        if request.subresource == "scale" or request.verb not in ("create", "update", "patch"):
            return self._back(self._handle(asked))
        if request.verb == "patch":
            found = self._handle(replace(asked, verb="get", subresource="", body=None))
            if not found.ok:
                return found
            held = self.strategy.adopt(found.body)
            obj = patching.patched(self.strategy.row, request, held)
            asked = replace(asked, verb="update", patch_type="")
        else:
            obj = self._typed(request)
        obj = self.strategy.default(obj)
        if faults := self.strategy.validate_schema(obj):
            raise errors.invalid(self.strategy.row.group_kind, obj.metadata.name, faults)
        return self._back(self._handle(replace(asked, body=self._preferred.adopt(obj))))

    def _typed(self, request: Request) -> CustomObject:
        body = request.body
        if isinstance(body, dict):
            return self.strategy.read(body, request.field_validation)
        return self.strategy.adopt(body)

    def _back(self, response: Response) -> Response:
        if not response.ok:
            return response
        return Response(response.code, self._shown(response.body), response.hint)

    def _shown(self, body: Any) -> Any:
        if isinstance(body, ObjectList):
            items = tuple(map(self._shown, body.items))
            return replace(body, api_version=self.strategy.row.api_version, items=items)
        return self.strategy.adopt(body) if isinstance(body, CustomObject) else body
