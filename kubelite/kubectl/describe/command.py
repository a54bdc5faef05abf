"""``kubectl describe``. Models ``k8s.io/kubectl/pkg/cmd/describe``."""

from __future__ import annotations

from kubelite.apimachinery.errors import StatusError
from kubelite.kubectl.client import Client
from kubelite.kubectl.describe.describers import describe as describe_one
from kubelite.kubectl.describe.describing import Describing
from kubelite.kubectl.flags import NUMBER, SWITCH, Flag, Given
from kubelite.kubectl.kinds import kind_of
from kubelite.kubectl.resources import EVERY_NAMESPACE, FILES, SELECTOR, Info, built
from kubelite.kubectl.result import CommandError, Failures

FLAGS = (
    *FILES,
    SELECTOR,
    EVERY_NAMESPACE,
    Flag("show-events", SWITCH, True),
    Flag("chunk-size", NUMBER, 500),
)
_NO_TYPE = (
    "You must specify the type of resource to describe. "
    'Use "kubectl api-resources" for a complete list of supported resources.\n'
)


def describe(client: Client, given: Given) -> None:
    """Describe the objects that are named or selected; names may be beginnings of names."""
    if not given.words and not given["filename"] and not given["kustomize"]:
        raise CommandError(_NO_TYPE)
    builder = built(client, given, allow_empty=True, latest=True)
    errors: list[Exception] = []
    try:
        builder.visit(lambda _: None)
    except Failures as failed:
        errors = failed.errors
    infos = builder.infos
    several = bool(errors) or len(infos) > 1
    shown = given["show-events"] and (given.has("show-events") or not several)
    to = Describing(client, shown)
    if len(errors) == 1 and _is_missing(errors[0]) and len(given.words) == 2:
        _describe_matching(client, given.words[0], given.words[1], errors[0], to)
        return
    errors += _describe_all(client, infos, to)
    if not infos and not errors:
        where = f" in {client.namespace} namespace." if not given["all-namespaces"] else ""
        client.warn(f"No resources found{where}")
    if errors:
        raise Failures(errors)


def _is_missing(error: Exception) -> bool:
    return isinstance(error, StatusError) and error.reason == "NotFound"


def _describe_all(client: Client, infos: list[Info], to: Describing) -> list[Exception]:
    errors: dict[str, Exception] = {}
    first = True
    for info in infos:
        try:
            text = describe_one(info.obj, info.kind.group_kind, to)
        except (StatusError, CommandError) as error:
            errors.setdefault(str(error), error)
            continue
        client.write(text if first else f"\n\n{text}")
        first = False
    return list(errors.values())


def _describe_matching(
    client: Client, word: str, beginning: str, missing: Exception, to: Describing
) -> None:
    """There is no object of that name: all whose names begin so."""
    if "/" in word:
        raise missing
    if "," in word:
        raise CommandError("you may only specify a single resource type")
    kind = kind_of(client.scheme, word)
    listed = client.listed(kind, client.place(kind)).items
    found = [obj for obj in listed if obj.metadata.name.startswith(beginning)]
    if not found:
        raise missing
    for obj in found:
        client.say(describe_one(obj, kind.group_kind, to))
