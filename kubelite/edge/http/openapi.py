"""The schemas of everything that is served, made of our own types and their docstrings.

``kubectl explain`` prints them; before a create or an apply kubectl looks whether the server
checks fields itself (``fieldValidation``), which it does.
Models k8s.io/apiserver/pkg/endpoints/openapi and k8s.io/kube-openapi/pkg/handler3.
"""

from __future__ import annotations

import hashlib

from kubelite.api.openapi import document, root_of
from kubelite.apimachinery.scheme import Kind, Scheme
from kubelite.apimachinery.struct import encode
from kubelite.edge.http import paths
from kubelite.edge.http.discovery import VERSION


class OpenAPI:
    """The documents of one cluster. Those of kinds that users define come and go with them."""

    def __init__(self, scheme: Scheme):
        self._scheme = scheme
        self._kinds: tuple[Kind, ...] = ()
        self._documents: dict[str, bytes] = {}

    def index(self) -> bytes:
        """Where each document is; the hash in its address changes with what it says."""
        self._refresh()
        return encode(
            {
                "paths": {
                    name: {"serverRelativeURL": f"/openapi/v3/{name}?hash={_hash(text)}"}
                    for name, text in self._documents.items()
                }
            }
        )

    def document(self, name: str) -> bytes | None:
        """The document of a group and version, such as ``apis/apps/v1``."""
        self._refresh()
        return self._documents.get(name)

    def _refresh(self) -> None:
        kinds = tuple(paths.served(self._scheme))
        if kinds == self._kinds:
            return
        groups: dict[str, list[Kind]] = {}
        for kind in kinds:
            groups.setdefault(root_of(kind.group, kind.version), []).append(kind)
        version = VERSION["gitVersion"]
        self._documents = {name: encode(document(of, version)) for name, of in groups.items()}
        self._kinds = kinds


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:32].upper()
