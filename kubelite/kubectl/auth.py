"""``kubectl auth`` and ``kubectl create token``: who one is, what one may, and tokens.

Models ``k8s.io/kubectl/pkg/cmd/auth`` and ``pkg/cmd/create/create_token.go``.
"""

from __future__ import annotations

from typing import Any

from kubelite.api.rbac_v1 import PolicyRule
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import to_dict
from kubelite.kubectl import output, typed
from kubelite.kubectl.client import Client
from kubelite.kubectl.describe.access import compact
from kubelite.kubectl.flags import DURATION, EACH, SWITCH, TEXT, Flag, Given
from kubelite.kubectl.gotext import plain
from kubelite.kubectl.kinds import kind_of
from kubelite.kubectl.resources import EVERY_NAMESPACE
from kubelite.kubectl.result import CommandError, usage_error
from kubelite.kubectl.tabwriter import aligned

CAN_I_FLAGS = (
    EVERY_NAMESPACE,
    Flag("quiet", SWITCH, short="q"),
    Flag("subresource"),
    Flag("list", SWITCH),
    Flag("no-headers", SWITCH),
)
WHOAMI_FLAGS = output.FLAGS
TOKEN_FLAGS = (
    *output.FLAGS,
    Flag("audience", EACH),
    Flag("duration", DURATION),
    Flag("bound-object-kind", TEXT),
    Flag("bound-object-name", TEXT),
    Flag("bound-object-uid", TEXT),
)
_VERBS = frozenset(
    (
        *("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"),
        *("use", "bind", "impersonate", "*", "approve", "sign", "escalate", "attest"),
    )
)
_URL_VERBS = frozenset(("get", "put", "post", "head", "options", "delete", "patch", "*"))
_AUTHORIZATION = "authorization.k8s.io"
_TWO_WORDS = (
    "you must specify two arguments: verb resource or verb resource/resourceName.\n"
    "See 'kubectl auth can-i -h' for help and examples."
)
_ALONE = "list option can't be specified with neither quiet, all-namespaces nor subresource options"


def can_i(client: Client, given: Given) -> None:
    """Whether one may do something, or with ``--list`` all that one may."""
    if given["list"]:
        _list(client, given)
        return
    if len(given.words) != 2:
        raise CommandError(_TWO_WORDS)
    verb, what = given.words
    asked = _url(client, given, verb, what) if what.startswith("/") else None
    asked = asked or _resource(client, given, verb, what)
    if given["no-headers"]:
        raise CommandError("--no-headers cannot be set without --list specified")
    status = _review(client, "selfsubjectaccessreviews", asked).status
    if not given["quiet"]:
        reasons = [reason for reason in (status.reason, status.evaluation_error) if reason]
        client.say("yes" if status.allowed else " - ".join(["no", *reasons]))
    if not status.allowed:
        raise CommandError("", plain=False)


def _review(client: Client, plural: str, spec: dict[str, Any]) -> Any:
    return client.create(f"{plural}.{_AUTHORIZATION}", {"spec": spec})


def _url(client: Client, given: Given, verb: str, path: str) -> dict[str, Any]:
    if given["subresource"]:
        raise CommandError("--subresource can not be used with NonResourceURL")
    if verb not in _URL_VERBS:
        client.warn(f"Warning: verb '{verb}' is not a known verb\n")
    return {"nonResourceAttributes": {"verb": verb, "path": path}}


def _resource(client: Client, given: Given, verb: str, what: str) -> dict[str, Any]:
    word, _, name = what.partition("/")
    kind = _kind(client, word)
    place = "" if given["all-namespaces"] else client.namespace
    if kind is not None and not given["all-namespaces"] and not kind.namespaced:
        of = f" in group '{kind.group}'" if kind.group else ""
        client.warn(f"Warning: resource '{kind.plural}' is not namespace scoped{of}\n")
    if not given["all-namespaces"] and verb not in _VERBS:
        client.warn(f"Warning: verb '{verb}' is not a known verb\n")
    return {
        "resourceAttributes": {
            "namespace": place,
            "verb": verb,
            "group": kind.group if kind else "",
            "resource": kind.plural if kind else word,
            "subresource": given["subresource"],
            "name": name,
        }
    }


def _kind(client: Client, word: str) -> Kind | None:
    if word == "*":
        return None
    try:
        return kind_of(client.scheme, word.lower())
    except CommandError:
        resource, _, group = word.lower().partition(".")
        if word.lower() not in ("users", "groups"):
            of = f" in group '{group}'" if group else ""
            client.warn(f"Warning: the server doesn't have a resource type '{resource}'{of}\n")
        return None


def _list(client: Client, given: Given) -> None:
    if given.words:
        raise CommandError("list option must be specified with no arguments")
    if given["quiet"] or given["all-namespaces"] or given["subresource"]:
        raise CommandError(_ALONE)
    spec = {"namespace": client.namespace}
    status = _review(client, "selfsubjectrulesreviews", spec).status
    if status.incomplete:
        client.warn(f"Warning: the list may be incomplete: {status.evaluation_error}")
    rules = [
        PolicyRule(
            verbs=rule.verbs,
            api_groups=rule.api_groups,
            resources=rule.resources,
            resource_names=rule.resource_names,
        )
        for rule in status.resource_rules
    ]
    rules += [
        PolicyRule(verbs=rule.verbs, non_resource_urls=rule.non_resource_urls)
        for rule in status.non_resource_rules
    ]
    titles = "Resources\tNon-Resource URLs\tResource Names\tVerbs\n"
    text = "" if given["no-headers"] else titles
    for allowed, verbs in compact(rules):
        urls, names = ([one] if one else [] for one in (allowed.url, allowed.name))
        text += f"{allowed.combined}\t{plain(urls)}\t{plain(names)}\t{plain(verbs)}\n"
    client.write(aligned(text))


def whoami(client: Client, given: Given) -> None:
    """Who the server takes one for."""
    review = client.create("selfsubjectreviews.authentication.k8s.io", {})
    if output.format_of(given):
        client.write(_typed(client, given, {"metadata": {}, **to_dict(review)}))
        return
    user = review.status.user_info
    rows = [("ATTRIBUTE", "VALUE")]
    rows += [("Username", user.username)] if user.username else []
    rows += [("UID", user.uid)] if user.uid else []
    rows += [("Groups", plain(user.groups))] if user.groups else []
    rows += [(f"Extra: {key}", plain(user.extra[key])) for key in sorted(user.extra)]
    client.write(aligned("".join(f"{name}\t{value}\n" for name, value in rows)))


def _typed(client: Client, given: Given, plain: dict[str, Any]) -> str:
    show = output.printer(client, given)
    return typed.json_text(plain) if given["output"] == "json" else show(plain)


# Tokens


def token(client: Client, given: Given) -> None:
    """A token of a service account; it ends without a new line, as on no terminal."""
    if len(given.words) != 1:
        problem = f"exactly one NAME is required, got {len(given.words)}"
        raise usage_error(given.path, problem)
    spec, name = _asked(given), given.words[0]
    try:
        answer = client.ask(
            "create",
            "serviceaccounts",
            client.namespace,
            name,
            subresource="token",
            body={"metadata": {"name": name, "namespace": client.namespace}, "spec": spec},
        ).unwrap()
    except StatusError as error:
        raise CommandError(f"failed to create token: {error.status.message}") from None
    if output.format_of(given):
        client.write(_typed(client, given, to_dict(answer)))
    else:
        client.write(answer.status.token)


def _asked(given: Given) -> dict[str, Any]:
    seconds, kind, name = given["duration"], given["bound-object-kind"], given["bound-object-name"]
    if seconds < 0:
        raise CommandError("--duration must be greater than or equal to 0")
    if seconds != int(seconds):
        raise CommandError("--duration cannot be expressed in units less than seconds")
    if "" in given["audience"]:
        raise CommandError("--audience must not be an empty string")
    if not kind:
        for flag in ("bound-object-name", "bound-object-uid"):
            if given[flag]:
                raise CommandError(f"--{flag} can only be set if --bound-object-kind is provided")
    elif kind not in ("Node", "Pod", "Secret"):
        raise CommandError("supported --bound-object-kind values are Node, Pod, Secret")
    elif not name:
        problem = "--bound-object-name is required if --bound-object-kind is provided"
        raise CommandError(problem)
    spec: dict[str, Any] = {"audiences": list(given["audience"])}
    if seconds:
        spec["expirationSeconds"] = int(seconds)
    if kind:
        bound = {"kind": kind, "apiVersion": "v1", "name": name, "uid": given["bound-object-uid"]}
        spec["boundObjectRef"] = bound
    return spec
