"""``get --raw``: what stands under a path of the API, as one line of JSON.

Only what the seam answers: objects and lists, health and version.
"""

from __future__ import annotations

from kubelite.apimachinery import errors
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import encode
from kubelite.kubectl.client import Client
from kubelite.kubectl.kinds import served

ALIVE = ("/healthz", "/livez", "/readyz")


def answer(client: Client, path: str) -> str:
    """The text of an answer. Raises StatusError."""
    path = path.rstrip("/")
    if path in ALIVE:
        return "ok"
    root, *rest = path.strip("/").split("/")
    group = rest.pop(0) if root == "apis" and rest else ""
    if root not in ("api", "apis") or len(rest) < 2:
        raise errors.unknown_resource()
    version, *rest = rest
    namespace = ""
    if rest[0] == "namespaces" and len(rest) >= 3:
        _, namespace, *rest = rest
    kind = _kind(client, group, version, rest[0])
    name, part = (*rest[1:3], "", "")[:2]
    found = client.ask("get" if name else "list", kind, namespace, name, subresource=part)
    return encode(found.unwrap()).decode()


def _kind(client: Client, group: str, version: str, plural: str) -> Kind:
    for kind in served(client.scheme):
        if (kind.group, kind.version, kind.plural) == (group, version, plural):
            return kind
    raise errors.unknown_resource()
