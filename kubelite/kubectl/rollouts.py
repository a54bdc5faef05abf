"""``kubectl rollout``: what came before, going back, starting anew, pausing and going on.

Models ``k8s.io/kubectl/pkg/cmd/rollout`` and ``pkg/polymorphichelpers``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kubelite.api.apps_v1 import ControllerRevision, Deployment, ReplicaSet
from kubelite.api.core_v1 import PodTemplateSpec
from kubelite.apimachinery.errors import StatusError, go_quote
from kubelite.apimachinery.labels import from_label_selector
from kubelite.apimachinery.rest import JSON_PATCH, STRATEGIC_PATCH
from kubelite.apimachinery.struct import to_dict, with_changes
from kubelite.apimachinery.times import Time
from kubelite.controllers.history import data_of, equal, template_of
from kubelite.kubectl import output
from kubelite.kubectl.client import Client
from kubelite.kubectl.describe.page import Page
from kubelite.kubectl.describe.pods import put_template
from kubelite.kubectl.describe.workloads import replica_sets_of, unhashed
from kubelite.kubectl.flags import NUMBER, TEXT, Flag, Given
from kubelite.kubectl.resources import FILES, SELECTOR, Info, built
from kubelite.kubectl.result import CommandError, Failures
from kubelite.kubectl.tabwriter import aligned

_COMMON = (*FILES, *output.FLAGS)
HISTORY_FLAGS = (*_COMMON, SELECTOR, Flag("revision", NUMBER))
UNDO_FLAGS = (
    *_COMMON,
    SELECTOR,
    Flag("to-revision", NUMBER),
    Flag("dry-run", TEXT, "none", alone="client"),
)
CHANGE_FLAGS = (*_COMMON, SELECTOR, Flag("field-manager", TEXT, "kubectl-rollout"))

_CAUSE = "kubernetes.io/change-cause"
_REVISION = "deployment.kubernetes.io/revision"
_RESTARTED = "kubectl.kubernetes.io/restartedAt"
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_WAS_APPLIED = (
    "Warning: resource {} was previously managed with 'kubectl apply'. Rolling back will not "
    f"update the {_APPLIED} annotation, which may cause unexpected behavior on future "
    "'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration "
    "file instead."
)
_KEPT = frozenset(
    (
        _APPLIED,
        _REVISION,
        "deployment.kubernetes.io/revision-history",
        "deployment.kubernetes.io/desired-replicas",
        "deployment.kubernetes.io/max-replicas",
        "deprecated.deployment.rollback.to",
    )
)
"""Annotations of a Deployment that going back leaves as they are."""

_TOO_SOON = (
    "failed to create patch for {}: if restart has already been triggered within the past second, "
    "please wait before attempting to trigger another"
)
_REVISED = {"DaemonSet.apps": "DaemonSet", "StatefulSet.apps": "StatefulSet"}
_KNOWN = ("Deployment.apps", *_REVISED)
_WITHOUT = ("Job.batch", "Pod", "ReplicaSet.apps", "ReplicationController", "CronJob.batch")


def _of_history(kind: str, what: str, doing: str) -> None:
    """Raise CommandError for a kind that keeps no history."""
    if kind in _KNOWN:
        return
    if kind in _WITHOUT:
        raise CommandError(f"no {what} has been implemented for {go_quote(kind)}")
    name, _, group = kind.partition(".")
    raise CommandError(
        f"error retrieving {doing} for {go_quote(kind)}, "
        f"no visitor method exists for {{{group} {name}}}"
    )


def _require(given: Given) -> None:
    if not given.words and not given["filename"] and not given["kustomize"]:
        raise CommandError("required resource not specified")


# History


def history(client: Client, given: Given) -> None:
    """The revisions there are, or the template of one of them."""
    _require(given)
    revision = given["revision"]
    if revision < 0:
        raise CommandError(f"revision must be a positive integer: {revision}")

    def show(info: Info) -> None:
        _of_history(info.kind.group_kind, "history viewer", "history")
        text = _history(client, info, revision)
        operation = f"with revision #{revision}\n{text}" if revision else f"\n{text}"
        show_one = output.printer(client, given, operation)
        for plain in _printed(client, given, info):
            client.write(show_one(plain))

    built(client, given, allow_empty=True, latest=True).visit(show)


def _printed(client: Client, given: Given, info: Info) -> list[dict[str, Any]]:
    """What ``-o`` prints: of a Deployment, the ReplicaSets that are its history."""
    if not output.format_of(given) or info.kind.group_kind != "Deployment.apps":
        return [info.plain]
    ordered = sorted(_numbered(client, info.obj), key=lambda pair: pair[0])
    wanted = given["revision"]
    return [to_dict(one) for number, one in ordered if wanted in (0, number)]


def _history(client: Client, info: Info, revision: int) -> str:
    if info.kind.group_kind == "Deployment.apps":
        templates, causes = _of_deployment(client, info.obj)
    else:
        kept = _revisions(client, info)
        templates = {one.revision: template_of(one) for one in kept}
        causes = {one.revision: one.metadata.annotations.get(_CAUSE, "") for one in kept}
    if not templates:
        return "No rollout history found."
    if revision:
        if revision not in templates:
            raise CommandError("unable to find the specified revision")
        return _shown(templates[revision])
    rows = "".join(f"{number}\t{causes[number] or '<none>'}\n" for number in sorted(templates))
    return aligned(f"REVISION\tCHANGE-CAUSE\n{rows}", minwidth=0, padding=2)


def _of_deployment(
    client: Client, found: Deployment
) -> tuple[dict[int, PodTemplateSpec], dict[int, str]]:
    templates: dict[int, PodTemplateSpec] = {}
    causes: dict[int, str] = {}
    for number, replica_set in _numbered(client, found):
        template, cause = (
            replica_set.spec.template,
            replica_set.metadata.annotations.get(_CAUSE, ""),
        )
        if cause:
            notes = template.metadata.annotations | {_CAUSE: cause}
            meta = with_changes(template.metadata, annotations=notes)
            template = with_changes(template, metadata=meta)
        templates[number] = template
        causes[number] = template.metadata.annotations.get(_CAUSE, "")
    return templates, causes


def _numbered(client: Client, found: Deployment) -> list[tuple[int, ReplicaSet]]:
    """A Deployment's ReplicaSets with their revisions, the one of its template last."""
    old, new = replica_sets_of(found, client)
    sets = [*old, new] if new is not None else old
    numbers = [one.metadata.annotations.get(_REVISION, "0") for one in sets]
    return [(int(text), one) for text, one in zip(numbers, sets, strict=True) if text.isdecimal()]


def _revisions(client: Client, info: Info) -> list[ControllerRevision]:
    """What is kept of a DaemonSet's or StatefulSet's templates."""
    selector, uid = str(from_label_selector(info.obj.spec.selector)), info.obj.metadata.uid
    listed = client.listed("controllerrevisions.apps", info.namespace, selector).items
    return [
        one
        for one in listed
        if any(owner.controller and owner.uid == uid for owner in one.metadata.owner_references)
    ]


def _shown(template: PodTemplateSpec) -> str:
    page = Page()
    put_template(page, template)
    return page.unaligned


# Going back


def undo(client: Client, given: Given) -> None:
    """Go back to an earlier template."""
    dry_run = given["dry-run"]
    if dry_run not in ("none", "client", "server"):
        raise CommandError(
            f'Invalid dry-run value ({dry_run}). Must be "none", "server", or "client".'
        )
    _require(given)
    after = {"none": "", "client": " (dry run)", "server": " (server dry run)"}[dry_run]

    def go_back(info: Info) -> None:
        if _APPLIED in info.obj.metadata.annotations:
            client.warn(_WAS_APPLIED.format(f"{info.kind.plural}/{info.name}"))
        _of_history(info.kind.group_kind, "rollbacker", "rollbacker")
        if given["to-revision"] < 0:
            raise _no_revision(given["to-revision"])
        back = _back if info.kind.group_kind == "Deployment.apps" else _back_to_revision
        said = back(client, info, given["to-revision"], dry_run)
        client.write(output.printer(client, given, said + after)(info.plain))

    built(client, given, allow_empty=True, latest=True).visit(go_back)


def _no_revision(number: int) -> CommandError:
    return CommandError(f"unable to find specified revision {number} in history")


def _skipped(number: int) -> str:
    return f"skipped rollback (current template already matches revision {number})"


def _back(client: Client, info: Info, number: int, dry_run: str) -> str:
    found: Deployment = info.obj
    chosen = _chosen(client, found, number)
    template = unhashed(chosen.spec.template)
    if dry_run == "client":
        return _shown(chosen.spec.template)
    if found.spec.paused:
        raise CommandError(
            "you cannot rollback a paused deployment; resume it first with "
            "'kubectl rollout resume' and try again"
        )
    if template == unhashed(found.spec.template):
        return _skipped(number)
    notes = {key: value for key, value in found.metadata.annotations.items() if key in _KEPT}
    theirs = chosen.metadata.annotations
    notes |= {key: value for key, value in theirs.items() if key not in _KEPT}
    change = [
        {"op": "replace", "path": "/spec/template", "value": to_dict(template)},
        {"op": "replace", "path": "/metadata/annotations", "value": notes},
    ]
    return _patched(client, info, number, change, JSON_PATCH, dry_run)


def _chosen(client: Client, found: Deployment, number: int) -> ReplicaSet:
    """The ReplicaSet of a revision, or of the one before the last."""
    numbered = _numbered(client, found)
    if number:
        chosen = [one for revision, one in numbered if revision == number]
        if not chosen:
            raise _no_revision(number)
        return chosen[0]
    if len(numbered) < 2:
        name = go_quote(found.metadata.name)
        raise CommandError(f"no rollout history found for deployment {name}")
    return sorted(numbered, key=lambda pair: pair[0])[-2][1]


def _back_to_revision(client: Client, info: Info, number: int, dry_run: str) -> str:
    kept = _revisions(client, info)
    if not number and len(kept) <= 1:
        raise CommandError("no last revision to roll back to")
    ordered = sorted(kept, key=lambda one: one.revision)
    chosen = [one for one in ordered if one.revision == number] if number else [ordered[-2]]
    if not chosen:
        raise _no_revision(number)
    if dry_run == "client":
        return f"will roll back to {_shown(template_of(chosen[0]))}"
    if equal(chosen[0], data_of(info.obj.spec.template)):
        return _skipped(number)
    return _patched(client, info, number, chosen[0].data, STRATEGIC_PATCH, dry_run)


def _patched(
    client: Client, info: Info, number: int, change: Any, patch_type: str, dry_run: str
) -> str:
    try:
        client.patch(
            info.kind,
            info.name,
            change,
            info.namespace,
            patch_type,
            dry_run=dry_run == "server",
            field_manager="kubectl",
        )
    except StatusError as error:
        raise CommandError(f"failed restoring revision {number}: {error.status.message}") from None
    return "rolled back"


# Changing


Change = Callable[[Client, Info], Mapping[str, Any]]


def restart(client: Client, given: Given) -> None:
    """Make new pods of the same template, by a note in it."""
    _change(client, given, _restarted, "restarted")


def pause(client: Client, given: Given) -> None:
    """Let changes of a Deployment wait."""
    _change(client, given, _paused, "paused")


def resume(client: Client, given: Given) -> None:
    """Let them happen."""
    _change(client, given, _resumed, "resumed")


def _restarted(client: Client, info: Info) -> Mapping[str, Any]:
    if info.kind.group_kind not in _KNOWN:
        raise CommandError("restarting is not supported")
    if getattr(info.obj.spec, "paused", False):
        raise CommandError("can't restart paused deployment (run rollout resume first)")
    note = {_RESTARTED: str(Time(client.now))}
    if note.items() <= info.obj.spec.template.metadata.annotations.items():
        raise CommandError(_TOO_SOON.format(info.name), plain=False)
    return {"spec": {"template": {"metadata": {"annotations": note}}}}


def _paused(client: Client, info: Info) -> Mapping[str, Any]:
    if info.kind.group_kind != "Deployment.apps":
        raise CommandError("pausing is not supported")
    if info.obj.spec.paused:
        raise CommandError("is already paused")
    return {"spec": {"paused": True}}


def _resumed(client: Client, info: Info) -> Mapping[str, Any]:
    if info.kind.group_kind != "Deployment.apps":
        raise CommandError("resuming is not supported")
    if not info.obj.spec.paused:
        raise CommandError("is not paused")
    return {"spec": {"paused": None}}


def _change(client: Client, given: Given, change: Change, operation: str) -> None:
    _require(given)
    builder = built(client, given, allow_empty=True, latest=True)
    errors: list[Exception] = []
    try:
        builder.all()
    except Failures as failed:
        errors += failed.errors
    show = output.printer(client, given, operation)
    for info in builder.infos:
        try:
            wanted = change(client, info)
        except CommandError as refused:
            of = f"error: {info.kind.resource} {go_quote(info.name)} " if refused.plain else ""
            errors.append(CommandError(of + refused.text, plain=not of))
            continue
        try:
            new = client.patch(
                info.kind,
                info.name,
                wanted,
                info.namespace,
                STRATEGIC_PATCH,
                field_manager=given["field-manager"],
            )
        except StatusError as error:
            errors.append(CommandError(f"failed to patch: {error.status.message}"))
            continue
        client.write(show(to_dict(new)))
    if errors:
        raise Failures(errors)
