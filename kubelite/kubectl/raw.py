"""``get --raw``: what stands under a path of the API, as the server sends it.

Objects and lists, discovery, health, version and metrics.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from kubelite.apimachinery import errors
from kubelite.apimachinery.rest import ObjectList
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import encode
from kubelite.apiserver import discovery
from kubelite.apiserver.health import health
from kubelite.kubectl.client import Client
from kubelite.kubectl.kinds import served


def answer(client: Client, address: str) -> str:
    """The text at a path, with its question if it has one. Raises StatusError."""
    path, _, asked = address.partition("?")
    path, query = path.rstrip("/"), parse_qs(asked, keep_blank_values=True)
    if (well := health(path, query)) is not None:
        return well
    if path in ("", "/version"):
        return discovery.indented(discovery.VERSION if path else discovery.ROOT)
    if path == "/metrics":
        return str(client.cluster.metrics("kube-apiserver"))
    found = discovery.answer(client.scheme, path, aggregated=False)
    return encode(found).decode() if found is not None else _stored(client, path, query)


def _stored(client: Client, path: str, query: dict[str, list[str]]) -> str:
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
    if name:
        return encode(client.ask("get", kind, namespace, name, subresource=part).unwrap()).decode()
    labels, fields = (query.get(which, [""])[0] for which in ("labelSelector", "fieldSelector"))
    return encode(_as_sent(client.listed(kind, namespace, labels, fields))).decode()


def _as_sent(listed: ObjectList) -> dict[str, object]:
    head = {"kind": listed.kind, "apiVersion": listed.api_version, "metadata": listed.metadata}
    return head | {"items": listed.items}


def _kind(client: Client, group: str, version: str, plural: str) -> Kind:
    for kind in served(client.scheme):
        if (kind.group, kind.version, kind.plural) == (group, version, plural):
            return kind
    raise errors.unknown_resource()
