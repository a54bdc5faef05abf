"""Values that are copied from one object's field into others'.

Models api/filters/replacement.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from kubelite.apimachinery import manifest
from kubelite.apimachinery.scalars import resolve
from kubelite.kubectl.kustomize.loading import Folder
from kubelite.kubectl.kustomize.patches import selects
from kubelite.kubectl.kustomize.resources import Document, Resource, id_text
from kubelite.kubectl.result import CommandError

_DEFAULT = "metadata.name"
_IDENTITY = ("group", "version", "kind", "name", "namespace")
_PART = re.compile(r"\[[^\]]*\]|(?:\\.|[^.\[\\])+")
_CHOICE = re.compile(r"\[([^=]*)=(.*)\]\Z")


class Spot(NamedTuple):
    """A place in an object: what holds it, and under which key."""

    holder: Any
    key: Any
    made: bool = False
    """Whether it was not there before."""


def replace(folder: Folder, resources: list[Resource], entry: Document) -> None:
    """Do one entry of ``replacements``, or those of the file it names. Raises CommandError."""
    if entry.get("path"):
        text = folder.read(entry["path"])
        inside = b"".join(b"  " + line for line in text.splitlines(True))
        found = manifest.load(b"a:\n" + inside, entry["path"])[0]["a"]
        for one in found if isinstance(found, list) else [found]:
            replace(folder, resources, one)
        return
    targets = entry.get("targets")
    if not targets or not (entry.get("source") or "sourceValue" in entry):
        raise CommandError("replacements must specify a source and at least one target")
    source = entry.get("source")
    value = _value(resources, source) if source else entry["sourceValue"]
    for target in targets:
        _into(resources, target, value)


def _value(resources: list[Resource], source: Document) -> Any:
    found = [one for one in resources if selects(source, one)]
    group, version, kind, name, place = (source.get(key, "") for key in _IDENTITY)
    text = id_text(group, version, kind, name, place)
    if not found:
        raise CommandError(f"nothing selected by {text}")
    if len(found) > 1:
        raise CommandError(f"multiple matches for selector {text}")
    path = source.get("fieldPath") or _DEFAULT
    spot = next(_spots(found[0].content, _keys(path)), None)
    if spot is None:
        raise CommandError(f"fieldPath `{path}` is missing for replacement source {text}")
    value, options = spot.holder[spot.key], source.get("options") or {}
    if not options.get("delimiter"):
        return value
    if isinstance(value, dict | list):
        raise CommandError("delimiter option can only be used with scalar nodes")
    parts, index = str(value).split(options["delimiter"]), options.get("index", 0)
    if not 0 <= index < len(parts):
        raise CommandError(f"options.index {index} is out of bounds for value {value}")
    return parts[index]


def _into(resources: list[Resource], target: Document, value: Any) -> None:
    if not target.get("select"):
        raise CommandError("target must specify resources to select")
    options = target.get("options") or {}
    for resource in resources:
        if not selects(target["select"], resource):
            continue
        if any(selects(reject, resource) for reject in target.get("reject") or ()):
            continue
        resource.remember()
        for path in target.get("fieldPaths") or [_DEFAULT]:
            spots = list(_spots(resource.content, _keys(path), options.get("create", False)))
            if not spots:
                raise CommandError(f'unable to find field "{path}" in replacement target')
            for spot in spots:
                spot.holder[spot.key] = _set(spot, value, options)


def _set(spot: Spot, value: Any, options: Document) -> Any:
    """The new value of a place: of the kind that was there."""
    if isinstance(value, dict | list):
        return copy.deepcopy(value)
    text = value if isinstance(value, str) else str(value).lower()
    old = None if spot.made else spot.holder[spot.key]
    if delimiter := options.get("delimiter"):
        if isinstance(old, dict | list):
            raise CommandError("delimiter option can only be used with scalar nodes")
        text = _spliced(str(old if old is not None else ""), text, delimiter, options)
    if spot.made:
        return resolve(text)
    return text if isinstance(old, str) else (value if not options.get("delimiter") else text)


def _spliced(old: str, text: str, delimiter: str, options: Document) -> str:
    parts, index = old.split(delimiter), options.get("index", 0)
    if index < 0:
        parts.insert(0, text)
    elif index >= len(parts):
        parts.append(text)
    else:
        parts[index] = text
    return delimiter.join(parts)


def _keys(path: str) -> list[str]:
    """``spec.containers.[name=web].image`` in its parts."""
    return [part.replace("\\.", ".") for part in _PART.findall(path)]


def _spots(holder: Any, keys: list[str], create: bool = False) -> Iterator[Spot]:
    key, rest = keys[0], keys[1:]
    made = False
    if isinstance(holder, list):
        places: list[Any] = list(_places(holder, key))
    elif isinstance(holder, dict):
        places = list(holder) if key == "*" else [key] if key in holder else []
        if not places and create:
            made, places = True, [key]
            holder[key] = {} if rest else ""
    else:
        return
    for place in places:
        if rest:
            yield from _spots(holder[place], rest, create)
        else:
            yield Spot(holder, place, made)


def _places(holder: list[Any], key: str) -> Iterator[int]:
    choice = _CHOICE.match(key)
    for place, item in enumerate(holder):
        if choice is not None:
            chosen = isinstance(item, dict) and str(item.get(choice[1])) == choice[2]
            chosen = chosen or (not choice[1] and str(item) == choice[2])
        else:
            chosen = key == "*" or key == str(place)
        if chosen:
            yield place
