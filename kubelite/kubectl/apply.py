"""``kubectl apply``: three ways on the client's side, or by the server.

Models pkg/cmd/apply/apply.go, patcher.go and prune.go.
"""

from __future__ import annotations

import json
from typing import Any

from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.patch import json_merge, strategic_diff
from kubelite.apimachinery.patch.strategic import apply as apply_strategic
from kubelite.apimachinery.rest import APPLY_PATCH, MERGE_PATCH, STRATEGIC_PATCH
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import to_dict
from kubelite.cluster.applying import EXTENSIONS, merged
from kubelite.kubectl import output, pruning, writing
from kubelite.kubectl.client import Client
from kubelite.kubectl.failures import about_source
from kubelite.kubectl.files import checked
from kubelite.kubectl.flags import DURATION, EACH, NUMBER, SWITCH, TEXT, Flag, Given
from kubelite.kubectl.gotext import json_text
from kubelite.kubectl.resources import FILES, SELECTOR, Info, built
from kubelite.kubectl.result import CommandError, usage_error
from kubelite.kubectl.writing import LAST_APPLIED, Document

FLAGS = (
    *FILES,
    *output.FLAGS,
    SELECTOR,
    writing.DRY_RUN,
    writing.VALIDATE,
    Flag("all", SWITCH),
    Flag("cascade", TEXT, "background", alone="background"),
    Flag("field-manager"),
    Flag("force", SWITCH),
    Flag("force-conflicts", SWITCH),
    Flag("grace-period", NUMBER, -1),
    Flag("openapi-patch", SWITCH, True),
    Flag("overwrite", SWITCH, True),
    Flag("prune", SWITCH),
    Flag("prune-allowlist", EACH),
    Flag("server-side", SWITCH),
    Flag("subresource"),
    Flag("timeout", DURATION),
    Flag("wait", SWITCH),
)
_NEVER_APPLIED = (
    "Warning: resource {} is missing the kubectl.kubernetes.io/last-applied-configuration "
    "annotation which is required by kubectl apply. kubectl apply should only be used on resources "
    "created declaratively by either kubectl create --save-config or kubectl apply. The missing "
    "annotation will be patched automatically."
)
_DELETING = "Warning: Detected changes to resource {} which is currently being deleted."


def apply(client: Client, given: Given) -> None:
    """Bring objects into line with files."""
    mode = _check(client, given)
    applying = _Applying(client, given, mode)
    checked(client, given)
    if not built(client, given, retrieve=False).visit(applying.one):
        raise CommandError("no objects passed to apply")
    applying.print_objects()
    if given["prune"]:
        pruning.prune(client, given, applying.visited, mode)


def _check(client: Client, given: Given) -> str:
    if given.words:
        raise usage_error(given.path, f"Unexpected args: [{' '.join(given.words)}]")
    if not given["filename"] and not given["kustomize"]:
        raise CommandError("must specify one of -f and -k")
    mode = writing.dry_run(client, given)
    if given["server-side"] and mode == writing.CLIENT:
        raise CommandError(
            "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server "
            "instead?)"
        )
    if given["force-conflicts"] and not given["server-side"]:
        raise CommandError("--force-conflicts only works with --server-side")
    if given["force"] and given["server-side"]:
        raise CommandError("--force cannot be used with --server-side")
    if given["prune"] and not given["selector"] and not given["all"]:
        raise CommandError(
            "all resources selected for prune without explicitly passing --all. To prune all "
            "resources, pass the --all flag. If you did not mean to prune all resources, specify a "
            "label selector"
        )
    return mode


class _Applying:
    """One run over all objects."""

    def __init__(self, client: Client, given: Given, mode: str):
        self._client = client
        self._given = given
        self._mode = mode
        manager = "kubectl" if given["server-side"] else "kubectl-client-side-apply"
        self._options = writing.options(given, mode)
        self._options["field_manager"] = given["field-manager"] or manager
        self._shown: list[Document] = []
        self._whole = output.format_of(given) not in ("", "name")
        self._write = writing.printer(client, given, mode)
        self.visited: list[Info] = []

    def one(self, info: Info) -> None:
        """Apply one object, and say what that did."""
        if info.wanted is None:
            return
        if "generateName" in (info.wanted.get("metadata") or {}) and not info.name:
            made_up = info.wanted["metadata"]["generateName"]
            raise CommandError(f"from {made_up}: cannot use generate name with apply")
        if self._given["server-side"]:
            self._by_the_server(info)
        else:
            self._three_ways(info)

    def print_objects(self) -> None:
        """Objects that are shown whole come as one list, in the end."""
        if not self._whole or not self._shown:
            return
        if len(self._shown) == 1:
            self._write(self._shown[0], "")
            return
        kept = {"apiVersion": "v1", "items": self._shown, "kind": "List", "metadata": {}}
        self._write(kept, "")

    def _say(self, info: Info, plain: Document, operation: str) -> None:
        self.visited.append(info)
        if self._whole:
            self._shown.append(plain)
        else:
            self._write(plain, operation)

    def _by_the_server(self, info: Info) -> None:
        options = self._options | {"force": self._given["force-conflicts"]}
        try:
            applied = self._client.patch(
                info.kind, info.name, info.wanted, info.namespace, APPLY_PATCH, **options
            )
        except StatusError as error:
            raise _conflicting(error) from error
        info.obj = applied
        self._say(info, to_dict(applied), "serverside-applied")

    def _three_ways(self, info: Info) -> None:
        live = self._live(info)
        if live is None:
            self._create(info)
            return
        info.obj = live
        plain = to_dict(live)
        if LAST_APPLIED not in (plain["metadata"].get("annotations") or {}):
            self._client.warn(_NEVER_APPLIED.format(f"{info.kind.plural}/{info.name}"))
        patch, kind = patch_for(info.kind, plain, writing.with_last_applied(info.wanted or {}))
        if not patch:
            self._say(info, plain, "unchanged")
            return
        if self._mode == writing.CLIENT:
            self._say(info, _patched(info.kind, plain, patch, kind), "configured")
            return
        writing.warned(self._client, info.kind, info.wanted or {}, self._options)
        try:
            patched = self._client.patch(
                info.kind, info.name, patch, info.namespace, kind, **self._options
            )
        except StatusError as error:
            raise _patching(info, patch, error) from error
        info.obj = patched
        if patched.metadata.deletion_timestamp is not None:
            self._client.warn(_DELETING.format(info.name))
        self._say(info, to_dict(patched), "configured")

    def _live(self, info: Info) -> Any | None:
        try:
            if not info.name:
                raise CommandError("resource name may not be empty")
            return self._client.find(info.kind, info.name, info.namespace)
        except (StatusError, CommandError) as error:
            raise about_source(_retrieving(info), info.source, error) from error

    def _create(self, info: Info) -> None:
        body = writing.with_last_applied(info.wanted or {})
        made: Document = body
        if self._mode != writing.CLIENT:
            writing.warned(self._client, info.kind, body, self._options)
            try:
                created = self._client.create(info.kind, body, info.namespace, **self._options)
            except StatusError as error:
                raise about_source("creating", info.source, error) from error
            info.obj, made = created, to_dict(created)
        self._say(info, made, "created")


def patch_for(kind: Kind, live: Document, wanted: Document) -> tuple[Document, str]:
    """What to send, and as which type of patch; nothing when there is nothing to change."""
    last = (live["metadata"].get("annotations") or {}).get(LAST_APPLIED)
    original = json.loads(last) if last else {}
    if kind.group == EXTENSIONS or kind.defined:
        return merged(original, wanted, live), MERGE_PATCH
    return strategic_diff.three_way(kind.type, original, wanted, live), STRATEGIC_PATCH


def _patched(kind: Kind, plain: Document, patch: Document, type: str) -> Document:
    """What the server would make of it."""
    if type == MERGE_PATCH:
        changed: Document = json_merge.apply(plain, patch)
        return changed
    return apply_strategic(kind.type, plain, patch)


def _retrieving(info: Info) -> str:
    kind = info.kind
    version = f"{kind.group}/{kind.version}"
    return (
        f'retrieving current configuration of:\nResource: "{version}, Resource={kind.plural}", '
        f'GroupVersionKind: "{version}, Kind={kind.kind}"\n'
        f'Name: "{info.name}", Namespace: "{info.namespace}"\nfrom server for:'
    )


def _patching(info: Info, patch: Document, error: StatusError) -> Exception:
    """A refused patch, with the patch and where it was to go."""
    where = _retrieving(info).removeprefix("retrieving current configuration of:\n")
    where = where.removesuffix("\nfrom server for:")
    verb = f"applying patch:\n{json_text(patch)}\nto:\n{where}\nfor:"
    return about_source(verb, info.source, about_source("patching", info.source, error))


def _conflicting(error: StatusError) -> Exception:
    """What to do about fields that others manage."""
    if error.reason != "Conflict" or not error.status.details:
        return error
    return CommandError(f"{error.status.message}\n{_CONFLICT}")


_CONFLICT = (
    "Please review the fields above--they currently have other managers. Here\n"
    "are the ways you can resolve this warning:\n"
    "* If you intend to manage all of these fields, please re-run the apply\n"
    "  command with the `--force-conflicts` flag.\n"
    "* If you do not intend to manage all of the fields, please edit your\n"
    "  manifest to remove references to the fields that should keep their\n"
    "  current managers.\n"
    "* You may co-own fields by updating your manifest to match the existing\n"
    "  value; in this case, you'll become the manager if the other manager(s)\n"
    "  stop managing the field (remove it from their configuration).\n"
    "See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts"
)
