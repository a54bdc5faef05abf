"""ConfigMaps and Secrets that are made of literals and files, and the hash in their names.

Models api/kv, api/internal/generators and api/hasher.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

from kubelite.kubectl.gotext import json_text
from kubelite.kubectl.kustomize.loading import Folder
from kubelite.kubectl.kustomize.resources import Document, Resource
from kubelite.kubectl.result import CommandError

_LETTERS = str.maketrans("013ae", "ghkmt")
_SPACES = " \t\n\v\f\r"


def generated(folder: Folder, kustomization: Document) -> Iterator[Resource]:
    """What the generators of a kustomization make. Raises CommandError."""
    shared = kustomization.get("generatorOptions") or {}
    for entry in kustomization.get("configMapGenerator") or ():
        yield _made(folder, entry, shared, "ConfigMap")
    for entry in kustomization.get("secretGenerator") or ():
        yield _made(folder, entry, shared, "Secret")


def _made(folder: Folder, entry: Document, shared: Document, kind: str) -> Resource:
    name = entry.get("name", "")
    if not name:
        raise CommandError(f"a {kind.lower()} must have a name")
    meta: Document = {"name": name}
    if entry.get("namespace"):
        meta["namespace"] = entry["namespace"]
    content: Document = {"apiVersion": "v1", "kind": kind, "metadata": meta}
    _fill(content, kind, name, list(_pairs(folder, entry)))
    if kind == "Secret":
        content["type"] = entry.get("type") or "Opaque"
    options = _options(entry.get("options") or {}, shared)
    for what in ("labels", "annotations"):
        if options[what]:
            meta[what] = options[what]
    if options["immutable"]:
        content["immutable"] = True
    behavior = entry.get("behavior", "")
    behavior = behavior if behavior in ("create", "replace", "merge") else "unspecified"
    return Resource(content, behavior=behavior, hashed=not options["disableNameSuffixHash"])


def _options(own: Document, shared: Document) -> Document:
    """An entry's options over those for all."""
    maps = {
        what: {**(shared.get(what) or {}), **(own.get(what) or {})}
        for what in ("labels", "annotations")
    }
    switches = {
        what: bool(own.get(what) or shared.get(what))
        for what in ("disableNameSuffixHash", "immutable")
    }
    return maps | switches


def _fill(content: Document, kind: str, name: str, pairs: list[tuple[str, bytes]]) -> None:
    seen: set[str] = set()
    for key, value in pairs:
        if key in seen:
            raise CommandError(f"{kind.lower()} {name} illegally repeats the key `{key}`")
        seen.add(key)
        if kind == "Secret":
            content.setdefault("data", {})[key] = _secret_text(value)
            continue
        try:
            content.setdefault("data", {})[key] = value.decode()
        except UnicodeDecodeError:
            content.setdefault("binaryData", {})[key] = base64.b64encode(value).decode()
    if not content.get("data", True):
        del content["data"]


def _secret_text(value: bytes) -> str:
    """Base64, in lines of 70 letters if it is long."""
    text = base64.b64encode(value).decode()
    if len(text) <= 70:
        return text
    return "".join(f"{text[at : at + 70]}\n" for at in range(0, len(text), 70))


def _pairs(folder: Folder, entry: Document) -> Iterator[tuple[str, bytes]]:
    envs = [*(entry.get("envs") or ()), *([entry["env"]] if entry.get("env") else [])]
    for name in envs:
        yield from _of_lines(_read(folder, name, f"env source files: {_listed(envs)}"))
    for literal in entry.get("literals") or ():
        yield _literal(literal, entry["literals"])
    for source in entry.get("files") or ():
        listed = f"file sources: {_listed(entry['files'])}"
        key, path = _file(source, listed)
        yield key, _read(folder, path, listed)


def _listed(texts: list[str]) -> str:
    return f"[{' '.join(texts)}]"


def _read(folder: Folder, name: str, listed: str) -> bytes:
    try:
        return folder.read(name)
    except CommandError as error:
        raise CommandError(f"loading KV pairs: {listed}: {error}") from error


def _literal(text: str, every: list[str]) -> tuple[str, bytes]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise CommandError(
            f"loading KV pairs: literal sources {_listed(every)}: "
            f"invalid literal source {text}, expected key=value"
        )
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return key, value.encode()


def _file(text: str, listed: str) -> tuple[str, str]:
    """The key and the path that ``key=path`` or a path alone say."""
    key, equals, path = text.partition("=")
    if not equals:
        return text.rpartition("/")[2], text
    if "=" in path:
        problem = 'key names or file paths cannot contain "="'
    elif not key:
        problem = f'missing key name for file path "{path}" in source "{text}"'
    elif not path:
        problem = f'missing file path for key name "{key}" in source "{text}"'
    else:
        return key, path
    raise CommandError(f"loading KV pairs: {listed}: {problem}")


def _of_lines(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The lines of an env file; those that are empty or begin with # say nothing."""
    for line in content.decode("utf-8", "replace").removeprefix("\ufeff").splitlines():
        told = line.lstrip(_SPACES)
        if not told or told.startswith("#"):
            continue
        key, _, value = told.partition("=")
        yield key, value.encode()


def name_hash(content: Document) -> str:
    """The ten letters that stand for what is inside; kustomize's hasher never finds the name."""
    told: Document = {"kind": content["kind"], "name": ""}
    told["data"] = content.get("data", "")
    more = "binaryData"
    if content["kind"] == "Secret":
        told["type"], more = content.get("type", ""), "stringData"
    if isinstance(content.get(more), dict):
        told[more] = content[more]
    return hashlib.sha256(json_text(told).encode()).hexdigest()[:10].translate(_LETTERS)


def absorbed(resources: list[Resource], made: Resource) -> None:
    """Add what a generator has made, or let it change what is there. Raises CommandError."""
    there = [one for one in resources if _means(made, one)]
    if len(there) > 1:
        raise CommandError(f"merging from generator: found multiple objects {made.id}")
    if not there:
        if made.behavior in ("merge", "replace"):
            raise CommandError(_about(made, "does not exist; cannot merge or replace"))
        resources.append(made)
        return
    old = there[0]
    if made.behavior not in ("merge", "replace"):
        raise CommandError(
            _about(
                made,
                f"exists; can not use behavior: '{made.behavior}', behavior must be "
                "merge or replace",
            )
        )
    _change(old, made)


def _means(made: Resource, other: Resource) -> bool:
    """Whether a generator's object is about another one, whatever that was called."""
    return (made.kind, made.group) == (other.kind, other.group) and any(
        name == made.name and (not made.namespace or space == made.namespace)
        for space, name in other.names
    )


def _change(old: Resource, made: Resource) -> None:
    maps = ("data", "binaryData")
    kept = old.content if made.behavior == "merge" else {}
    new: Document = dict(made.content)
    for what in maps:
        joined: dict[str, Any] = {**(kept.get(what) or {}), **(new.get(what) or {})}
        if joined:
            new[what] = joined
    meta = dict(old.meta)
    for what in ("labels", "annotations"):
        both = {**(old.meta.get(what) or {}), **(made.meta.get(what) or {})}
        if both:
            meta[what] = both
    if kept.get("immutable"):
        new["immutable"] = True
    new["metadata"] = meta
    if "type" in old.content and made.behavior == "merge":
        new["type"] = old.content["type"]
    old.content, old.hashed = new, old.hashed or made.hashed


def _about(made: Resource, text: str) -> str:
    parts = f'Group:"{made.group}", Version:"{made.version}", Kind:"{made.kind}"'
    gvk = f"resid.Gvk{{{parts}, isClusterScoped:false}}"
    found = f'resid.ResId{{Gvk:{gvk}, Name:"{made.name}", Namespace:"{made.namespace}"}}'
    return f"merging from generator: id {found} {text}"
