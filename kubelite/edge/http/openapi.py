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
from kubelite.apiserver.discovery import VERSION, served
from kubelite.edge.http.exchange import Answer

_PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
_TITLE = "Kubernetes"


def second_version(accepted: str) -> Answer:
    """OpenAPI v2, which says nothing of kinds: whoever asks leaves the checks to the server.

    kubectl asks for it when it finds a List, or a kind that is in no document of version 3.
    """
    title, version = _TITLE, VERSION["gitVersion"]
    if "protobuf" in accepted:
        about = _text(1, title) + _text(2, version)
        return Answer(200, _text(1, "2.0") + _bytes(2, about), _PROTOBUF)
    info = {"title": title, "version": version}
    return Answer(200, encode({"swagger": "2.0", "info": info, "paths": {}}))


def _text(number: int, text: str) -> bytes:
    return _bytes(number, text.encode())


def _bytes(number: int, content: bytes) -> bytes:
    """A field of a protobuf message, of fewer than 128 bytes."""
    return bytes((number << 3 | 2, len(content))) + content


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
        kinds = tuple(served(self._scheme))
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
