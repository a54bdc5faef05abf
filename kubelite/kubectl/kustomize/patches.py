"""Patches of a kustomization: strategic merges and JSON 6902, for what a target selects.

Models api/internal/builtins/PatchTransformer.go.
"""

from __future__ import annotations

import json
import re
from typing import Any

from kubelite.apimachinery import labels, manifest
from kubelite.apimachinery.dump import go_yaml
from kubelite.apimachinery.errors import go_quote
from kubelite.apimachinery.patch import json_patch
from kubelite.apimachinery.reflection import ANY, Shape
from kubelite.apimachinery.scalars import resolve_as_json
from kubelite.apimachinery.scheme import Scheme, UnknownKind
from kubelite.kubectl.kustomize.loading import Folder
from kubelite.kubectl.kustomize.merging import merged
from kubelite.kubectl.kustomize.resources import Document, Resource
from kubelite.kubectl.result import CommandError

_IDENTITY = ("name", "namespace")


def patch(folder: Folder, scheme: Scheme, resources: list[Resource], entry: Document) -> None:
    """Apply one entry of ``patches``; what it deletes is gone. Raises CommandError."""
    text = _text(folder, entry)
    operations, documents = _read(text)
    if operations is None and documents is None:
        raise _trouble(entry, f"unable to parse SM or JSON patch from [{_inline(entry, text)}]")
    target, options = entry.get("target"), entry.get("options") or {}
    if operations is not None:
        if not target:
            raise CommandError("must specify a target for JSON patch " + text.strip())
        for resource in _selected(resources, target):
            _operate(resource, operations)
        return
    for wanted in documents or ():
        chosen = _selected(resources, target) if target else [_aimed(resources, wanted)]
        for resource in chosen:
            _merge(scheme, resources, resource, wanted, options)


def strategic(folder: Folder, scheme: Scheme, resources: list[Resource], told: str) -> None:
    """One entry of ``patchesStrategicMerge``: a file, or the patch itself. Raises CommandError."""
    try:
        folder.read(told)
        entry = {"path": told}
    except CommandError:
        entry = {"patch": told}
    patch(folder, scheme, resources, entry)


def _text(folder: Folder, entry: Document) -> str:
    path, text = entry.get("path", ""), entry.get("patch", "")
    if not path and not text:
        raise _trouble(entry, "must specify one of patch and path in\n" + go_yaml(entry).rstrip())
    if path and text:
        both = go_yaml(entry).rstrip("\n")
        raise _trouble(entry, f"patch and path can't be set at the same time\n{both}")
    if text:
        return str(text)
    try:
        return folder.read(path).decode("utf-8", "replace")
    except CommandError as error:
        problem = f"failed to get the patch file from path({path}): {error}"
        raise _trouble(entry, problem) from error


def _trouble(entry: Document, problem: str) -> CommandError:
    kept = {key: entry[key] for key in ("options", "patch", "path", "target") if entry.get(key)}
    return CommandError(
        f"trouble configuring builtin PatchTransformer with config: `\n{go_yaml(kept)}`: {problem}"
    )


def _inline(entry: Document, text: str) -> str:
    if entry.get("path"):
        return f"path: {go_quote(entry['path'])}"
    return f"patch: {go_quote(text)}"


def _read(text: str) -> tuple[list[Document] | None, list[Document] | None]:
    """The operations, or the documents; neither if it is nothing of the kind."""
    plain = text.strip()
    if plain.startswith("["):
        try:
            return _operations(json.loads(plain)), None
        except ValueError:
            return None, None
    try:
        inside = "".join(f"  {line}" for line in text.splitlines(True))
        found = manifest.load(f"a:\n{inside}\n", "patch", scalar=resolve_as_json)[0]["a"]
    except manifest.ManifestError:
        found = None
    if isinstance(found, list):
        return _operations(found), None
    try:
        documents = manifest.load(text, "patch", scalar=resolve_as_json)
    except manifest.ManifestError:
        return None, None
    if all(_is_patch(document) for document in documents):
        return None, documents
    return None, None


def _operations(found: Any) -> list[Document] | None:
    fits = isinstance(found, list) and all(isinstance(item, dict) for item in found)
    return found if fits else None


def _is_patch(document: Document) -> bool:
    return bool(document.get("kind") and (document.get("metadata") or {}).get("name"))


def _selected(resources: list[Resource], target: Document) -> list[Resource]:
    return [one for one in resources if selects(target, one)]


def selects(target: Document, resource: Resource) -> bool:
    """Whether a selector means an object, by any name it had. Raises CommandError."""
    for key in ("group", "version", "kind"):
        if target.get(key) and not _whole(target[key], getattr(resource, key)):
            return False
    names = [
        _whole(target.get("name", ""), name) and _whole(target.get("namespace", ""), space)
        for space, name in resource.names
    ]
    meta = resource.content.get("metadata") or {}
    return (
        any(names)
        and _labelled(target.get("labelSelector", ""), meta.get("labels"))
        and _labelled(target.get("annotationSelector", ""), meta.get("annotations"))
    )


def _whole(pattern: str, text: str) -> bool:
    try:
        return not pattern or re.fullmatch(pattern, text) is not None
    except re.error as error:
        raise CommandError(f"error parsing regexp: {error}: `^(?:{pattern})$`") from error


def _labelled(selector: str, held: Document | None) -> bool:
    try:
        return labels.parse(selector).matches(held or {})
    except ValueError as error:
        raise CommandError(str(error)) from error


def _aimed(resources: list[Resource], wanted: Document) -> Resource:
    """The one object that a patch without a target names."""
    aim = Resource(wanted)
    found = [
        one
        for one in resources
        if (one.kind, one.group, one.version) == (aim.kind, aim.group, aim.version)
        and any(name == aim.name and _near(space, aim) for space, name in one.names)
    ]
    if len(found) == 1:
        return found[0]
    count = "no" if not found else "multiple"
    what = "no matches for Id" if not found else "multiple matches for Id"
    raise CommandError(
        f'{count} resource matches strategic merge patch "{aim.id}": {what} {aim.id}; failed to '
        f"find unique target for patch {aim.id}"
    )


def _near(space: str, aim: Resource) -> bool:
    return aim.cluster_wide or (space or "default") == (aim.namespace or "default")


def _operate(resource: Resource, operations: list[Document]) -> None:
    try:
        content = json_patch.apply(resource.content, operations)
    except ValueError as error:
        raise CommandError(str(error)) from error
    _keep(resource, content, {"allowNameChange": True, "allowKindChange": True})


def _merge(
    scheme: Scheme,
    resources: list[Resource],
    resource: Resource,
    wanted: Document,
    options: Document,
) -> None:
    content = merged(resource.content, wanted, _shape(scheme, resource))
    if not content:
        resources.remove(resource)
    else:
        _keep(resource, content, options)


def _keep(resource: Resource, content: Document, options: Document) -> None:
    """Take the new content; names and kinds change only where that is allowed."""
    old, meta = resource.content, resource.meta
    resource.remember()
    resource.content = content
    if not options.get("allowKindChange"):
        content["kind"], content["apiVersion"] = old["kind"], old["apiVersion"]
    if not options.get("allowNameChange"):
        content["metadata"] = dict(content.get("metadata") or {})
        for key in _IDENTITY:
            content["metadata"].pop(key, None)
            if key in meta:
                content["metadata"][key] = meta[key]


def _shape(scheme: Scheme, resource: Resource) -> Shape:
    """How the kind's lists are merged; nothing is known of kinds that users define."""
    try:
        kind = scheme.by_kind(str(resource.content.get("apiVersion")), resource.kind)
    except UnknownKind:
        return ANY
    return ANY if kind.defined else Shape("struct", struct=kind.type)
