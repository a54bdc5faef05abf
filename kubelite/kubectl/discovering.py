"""``kubectl api-resources``, ``api-versions`` and ``version``.

Models pkg/cmd/apiresources and pkg/cmd/version. The server's part of a version is what
``/version`` says when the cluster is served.
"""

from __future__ import annotations

from typing import Any

from kubelite.apimachinery.dump import go_yaml
from kubelite.apimachinery.errors import go_quote
from kubelite.apimachinery.scheme import Kind
from kubelite.apiserver import discovery
from kubelite.kubectl import gotext
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import SWITCH, TEXT, WORDS, Flag, Given
from kubelite.kubectl.kinds import preferred, served
from kubelite.kubectl.result import CommandError, usage_error
from kubelite.kubectl.tabwriter import aligned

RESOURCES = (
    Flag("api-group"),
    Flag("cached", SWITCH),
    Flag("categories", WORDS),
    Flag("namespaced", SWITCH, True),
    Flag("no-headers", SWITCH),
    Flag("output", TEXT, short="o"),
    Flag("show-managed-fields", SWITCH),
    Flag("sort-by"),
    Flag("verbs", WORDS),
)
VERSION = (Flag("client", SWITCH), Flag("output", TEXT, short="o"))

TITLES = ("NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND")
_CLIENT = {"major": "1", "minor": "37", "gitVersion": "v1.37.1"}
_KUSTOMIZE = "v5.8.1"


def resources(client: Client, given: Given) -> None:
    """List what kinds there are."""
    if given.words:
        raise usage_error(given.path, f"unexpected arguments: [{' '.join(given.words)}]")
    form = given["output"]
    if form not in ("", "wide", "name"):
        raise CommandError(
            "unable to match a printer suitable for the output format "
            f"{go_quote(form)}, allowed formats are: json,kyaml,name,wide,yaml"
        )
    order = given["sort-by"]
    if order not in ("", "name", "kind"):
        raise CommandError("--sort-by accepts only name or kind")
    found = sorted((k for k in preferred(client.scheme) if _wanted(k, given)), key=_place)
    if order:
        found.sort(key=lambda kind: kind.plural if order == "name" else kind.kind)
    if form == "name":
        client.write("".join(f"{kind.resource}\n" for kind in found))
        return
    wide = form == "wide"
    titles = [*TITLES, *(("VERBS", "CATEGORIES") if wide else ())]
    rows = [] if given["no-headers"] else [titles]
    rows += [_row(kind, wide) for kind in found]
    client.write(aligned("".join("\t".join(row) + "\n" for row in rows)))


def _place(kind: Kind) -> tuple[str, str]:
    return kind.group, kind.plural


def _wanted(kind: Kind, given: Given) -> bool:
    if given.has("api-group") and kind.group != given["api-group"]:
        return False
    if given.has("namespaced") and kind.namespaced is not given["namespaced"]:
        return False
    if given["categories"] and not set(given["categories"]) <= set(kind.categories):
        return False
    return set(given["verbs"]) <= set(discovery.verbs_of(kind))


def _row(kind: Kind, wide: bool) -> list[str]:
    row = [
        kind.plural,
        ",".join(kind.short_names),
        kind.api_version,
        "true" if kind.namespaced else "false",
        kind.kind,
    ]
    return [*row, ",".join(discovery.verbs_of(kind)), ",".join(kind.categories)] if wide else row


def versions(client: Client, given: Given) -> None:
    """List the versions of groups."""
    if given.words:
        raise usage_error(given.path, f"unexpected arguments: [{' '.join(given.words)}]")
    for version in sorted({kind.api_version for kind in served(client.scheme)}):
        client.say(version)


def version(client: Client, given: Given) -> None:
    """Print the versions of client and server."""
    if given.words:
        raise CommandError(f"extra arguments: [{' '.join(given.words)}]")
    form = given["output"]
    if form not in ("", "yaml", "json"):
        raise CommandError("--output must be 'yaml' or 'json'")
    whole: dict[str, Any] = {"clientVersion": _CLIENT, "kustomizeVersion": _KUSTOMIZE}
    if not given["client"]:
        whole["serverVersion"] = discovery.VERSION
    if form:
        client.say(go_yaml(whole) if form == "yaml" else gotext.json_text(whole, indent=2))
        return
    client.say(f"Client Version: {_CLIENT['gitVersion']}\nKustomize Version: {_KUSTOMIZE}")
    if not given["client"]:
        client.say(f"Server Version: {discovery.VERSION['gitVersion']}")
