"""What a kustomization does to all its objects: namespace, names, labels, images, replicas.

Models api/internal/builtins and the filters under api/filters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from kubelite.kubectl.kustomize import fieldspecs
from kubelite.kubectl.kustomize.fieldspecs import FieldSpec, visit
from kubelite.kubectl.kustomize.resources import Document, Resource
from kubelite.kubectl.result import CommandError

_UNNAMED = ("CustomResourceDefinition", "APIService", "Namespace")
"""Kinds whose names get neither beginning nor end."""


def namespaced(resources: Iterable[Resource], namespace: str) -> None:
    """Put everything into a namespace."""
    for resource in resources if namespace else ():
        resource.remember()
        if not resource.cluster_wide:
            resource.meta["namespace"] = namespace
        for spec in fieldspecs.NAMESPACES:
            visit(resource, spec, partial(_put, namespace), "")
        if resource.kind in ("RoleBinding", "ClusterRoleBinding"):
            for subject in resource.content.get("subjects") or ():
                if subject.get("kind") == "ServiceAccount" and subject.get("name") == "default":
                    subject["namespace"] = namespace


def _put(value: Any, holder: Any, key: Any) -> None:
    holder[key] = value


def renamed(resources: Iterable[Resource], prefix: str, suffix: str) -> None:
    """Put something before and after every name."""
    for resource in resources:
        if resource.kind in _UNNAMED or not (prefix or suffix):
            continue
        resource.remember()
        if prefix:
            resource.prefixes += (prefix,)
        if suffix:
            resource.suffixes += (suffix,)
        resource.meta["name"] = f"{prefix}{resource.name}{suffix}"


def labelled(resources: Iterable[Resource], kustomization: Document) -> None:
    """Add labels: to the metadata, to templates, to selectors, as each entry says."""
    entries = list(kustomization.get("labels") or ())
    common = kustomization.get("commonLabels")
    if common:
        entries.append({"pairs": common, "includeSelectors": True})
    for resource in resources:
        for entry in entries:
            for spec in _places(entry):
                visit(resource, spec, partial(_update, entry.get("pairs") or {}), {})


def _places(entry: Document) -> list[FieldSpec]:
    own = [
        FieldSpec(
            field.get("path", ""),
            field.get("kind", ""),
            field.get("create", False),
            field.get("group"),
            field.get("version", ""),
        )
        for field in entry.get("fields") or ()
    ]
    if entry.get("includeSelectors"):
        return [*own, *fieldspecs.LABELS]
    if entry.get("includeTemplates"):
        return [*own, *fieldspecs.TEMPLATE_LABELS]
    return [*own, fieldspecs.TEMPLATE_LABELS[0]]


def annotated(resources: Iterable[Resource], annotations: Document) -> None:
    """Add annotations, to templates, too."""
    for resource in resources if annotations else ():
        for spec in fieldspecs.ANNOTATIONS:
            visit(resource, spec, partial(_update, annotations), {})


def _update(pairs: Document, holder: Any, key: Any) -> None:
    holder[key] = {**(holder[key] or {}), **pairs}


def scaled(resources: Iterable[Resource], replica: Document) -> None:
    """Give workloads of a name so many replicas. Raises CommandError."""
    name, found = replica.get("name", ""), False
    for resource in resources:
        if resource.kind not in fieldspecs.REPLICATED:
            continue
        if any(known == name for _, known in resource.names):
            found = True
            resource.content.setdefault("spec", {})["replicas"] = replica.get("count", 0)
    if not found:
        kinds = " ".join(f"{kind}.[noVer].[noGrp]" for kind in fieldspecs.REPLICATED)
        raise CommandError(
            f"resource with name {name} does not match a config with the following GVK [{kinds}]"
        )


def reimaged(resources: Iterable[Resource], image: Document) -> None:
    """Change the name, the tag or the digest of an image wherever a container has it.

    Done twice, as upstream's old and new transformers do: a suffix is there twice, too.
    """
    name = image.get("name", "")
    wanted = re.compile(rf"{name}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?\Z")
    for resource in resources:
        if resource.kind == "CustomResourceDefinition":
            continue
        for container in _containers(resource.content):
            for _ in range(2):
                told = container.get("image")
                if isinstance(told, str) and wanted.match(told):
                    container["image"] = _image(told, image)


def _containers(value: Any) -> Iterator[Document]:
    if isinstance(value, list):
        for item in value:
            yield from _containers(item)
    elif isinstance(value, dict):
        for key, held in value.items():
            if key in ("containers", "initContainers") and isinstance(held, list):
                yield from (item for item in held if isinstance(item, dict))
            yield from _containers(held)


def _image(told: str, image: Document) -> str:
    name, at, digest = told.partition("@")
    tag = ""
    if ":" in name.rpartition("/")[2]:
        name, _, tag = name.rpartition(":")
    name = image.get("newName") or name
    new_tag, new_digest = image.get("newTag", ""), image.get("digest", "")
    if new_tag and new_digest:
        return f"{name}:{new_tag}@{new_digest}"
    if new_tag:
        tag, digest = new_tag, ""
    elif new_digest:
        tag, digest = "", new_digest
    suffix = image.get("tagSuffix", "")
    tag = f":{tag}{suffix}" if tag or suffix else ""
    return f"{name}{tag}{f'@{digest}' if digest else ''}"
