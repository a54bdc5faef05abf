"""A kustomization file: which fields it may have, in Go's words where it has others.

Models api/types/kustomization.go and encoding/json's errors.
"""

from __future__ import annotations

import json
from typing import Any

from kubelite.apimachinery import manifest
from kubelite.kubectl.client import Client
from kubelite.kubectl.gotext import scalar
from kubelite.kubectl.result import CommandError
from kubelite.kubectl.unknown import elsewhere

Document = dict[str, Any]

KIND, COMPONENT = "Kustomization", "Component"
_VERSIONS = {
    KIND: "kustomize.config.k8s.io/v1beta1",
    COMPONENT: "kustomize.config.k8s.io/v1alpha1",
}

_FIX = "Run 'kustomize edit fix' to update your Kustomization automatically."
_DEPRECATED = {
    "bases": "resources",
    "commonLabels": "labels",
    "imageTags": "images",
    "patchesJson6902": "patches",
    "patchesStrategicMerge": "patches",
}

TEXTS, TEXT_MAP, ANYTHING = ["string"], {"": "string"}, None
_SELECTOR = {
    "TYPE": "Selector",
    **dict.fromkeys(("group", "version", "kind", "name", "namespace"), "string"),
    **dict.fromkeys(("annotationSelector", "labelSelector"), "string"),
}
_PATCH = {
    "TYPE": "Patch",
    "path": "string",
    "patch": "string",
    "target": _SELECTOR,
    "options": {"": "bool"},
}
_IMAGE = {
    "TYPE": "Image",
    **dict.fromkeys(("name", "newName", "newTag", "tagSuffix", "digest"), "string"),
}
_OPTIONS = {
    "TYPE": "GeneratorOptions",
    "labels": TEXT_MAP,
    "annotations": TEXT_MAP,
    "disableNameSuffixHash": "bool",
    "immutable": "bool",
}
_PAIRS = {
    **dict.fromkeys(("namespace", "name", "behavior", "env"), "string"),
    **dict.fromkeys(("literals", "files", "envs"), TEXTS),
    "options": _OPTIONS,
}
_FIELDS = {
    "TYPE": "FieldSpec",
    **dict.fromkeys(("group", "version", "kind", "path"), "string"),
    "create": "bool",
}
_FIELD_OPTIONS = {
    "TYPE": "FieldOptions",
    **dict.fromkeys(("delimiter", "encoding"), "string"),
    "index": "int",
    "create": "bool",
}
_REPLACEMENT = {
    "TYPE": "ReplacementField",
    "path": "string",
    "source": {
        **_SELECTOR,
        "TYPE": "SourceSelector",
        "fieldPath": "string",
        "options": _FIELD_OPTIONS,
    },
    "sourceValue": "string",
    "targets": [
        {
            "TYPE": "TargetSelector",
            "select": _SELECTOR,
            "reject": [_SELECTOR],
            "fieldPaths": TEXTS,
            "options": _FIELD_OPTIONS,
        }
    ],
}
_SORTING = {
    "TYPE": "SortOptions",
    "order": "string",
    "legacySortOptions": {
        "TYPE": "LegacySortOptions",
        **dict.fromkeys(("orderFirst", "orderLast"), TEXTS),
    },
}
_ELSEWHERE = (
    *("buildMetadata", "configurations", "crds", "generators", "helmChartInflationGenerator"),
    *("helmCharts", "helmGlobals", "openapi", "transformers", "validators", "vars"),
)
"""Fields that only the real kubectl knows what to do with."""

_KUSTOMIZATION: Document = {
    "TYPE": "Kustomization",
    **dict.fromkeys(("apiVersion", "kind", "namePrefix", "nameSuffix", "namespace"), "string"),
    **dict.fromkeys(("resources", "bases", "components", "patchesStrategicMerge"), TEXTS),
    **dict.fromkeys(("commonLabels", "commonAnnotations"), TEXT_MAP),
    **dict.fromkeys(("patches", "patchesJson6902"), [_PATCH]),
    **dict.fromkeys(("images", "imageTags"), [_IMAGE]),
    **dict.fromkeys(_ELSEWHERE, ANYTHING),
    "metadata": ANYTHING,
    "labels": [
        {
            "TYPE": "Label",
            "pairs": TEXT_MAP,
            **dict.fromkeys(("includeSelectors", "includeTemplates"), "bool"),
            "fields": [_FIELDS],
        }
    ],
    "replicas": [{"TYPE": "Replica", "name": "string", "count": "int64"}],
    "replacements": [_REPLACEMENT],
    "configMapGenerator": [{"TYPE": "ConfigMapArgs", **_PAIRS}],
    "secretGenerator": [{"TYPE": "SecretArgs", **_PAIRS, "type": "string"}],
    "generatorOptions": _OPTIONS,
    "sortOptions": _SORTING,
}
"""What each field holds: Go's word for a scalar, a list of one shape, a map, or a struct."""


def read(client: Client, text: bytes, directory: str) -> Document:
    """A kustomization; what is out of date says so. Raises CommandError."""
    found = _loaded(text)
    problem = _wrong(found, _KUSTOMIZATION, "", "")
    if problem:
        raise CommandError(f"invalid Kustomization: json: {problem}")
    for old, new in _DEPRECATED.items():
        if found.get(old) is not None:
            client.warn(f"# Warning: '{old}' is deprecated. Please use '{new}' instead. {_FIX}")
    if not any(found[key] for key in found if key not in ("apiVersion", "kind", "metadata")):
        raise CommandError("kustomization.yaml is empty")
    kind = found.setdefault("kind", KIND)
    if kind not in _VERSIONS:
        raise _unfit(directory, f"kind should be {KIND} or {COMPONENT}")
    if found.get("apiVersion", _VERSIONS[kind]) != _VERSIONS[kind]:
        raise _unfit(directory, f"apiVersion for {kind} should be {_VERSIONS[kind]}")
    for name in _ELSEWHERE:
        if found.get(name):
            raise elsewhere(f"kustomize with {name}")
    return found


def _unfit(directory: str, text: str) -> CommandError:
    return CommandError(f"Failed to read kustomization file under {directory}:\n{text}")


def _loaded(text: bytes) -> Document:
    try:
        documents = manifest.load(b"a:\n" + b"".join(b"  " + x for x in text.splitlines(True)), "")
    except manifest.ManifestError as error:
        problem = getattr(error.__context__, "problem", None) or error.problem
        line = max(error.place.line - 2, 1)
        raise CommandError(f"invalid Kustomization: yaml: line {line}: {problem}") from error
    found = documents[0]["a"] if documents else None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise CommandError(
            f"invalid Kustomization: json: cannot unmarshal {_json_type(found)} into Go value of "
            "type types.Kustomization"
        )
    return found


def _wrong(value: Any, shape: Any, struct: str, path: str) -> str:
    """What Go's decoder says of a value that does not fit; "" if it does."""
    if shape is ANYTHING or value is None:
        return ""
    if isinstance(shape, list) and isinstance(value, list):
        return next(filter(None, (_wrong(item, shape[0], struct, path) for item in value)), "")
    if isinstance(shape, dict) and isinstance(value, dict):
        return _wrong_map(value, shape, struct, path)
    fits = {"string": str, "bool": bool, "int": int, "int64": int}.get(str(shape), tuple)
    if isinstance(value, fits) and not (isinstance(value, bool) and fits is int):
        return ""
    found = f"number {scalar(value)}" if fits is int and isinstance(value, float) else ""
    wanted = f"{struct}.{path} of type {_go_type(shape)}"
    return f"cannot unmarshal {found or _json_type(value)} into Go struct field {wanted}"


def _wrong_map(value: Document, shape: Document, struct: str, path: str) -> str:
    for key in sorted(value):
        if "" in shape:
            problem = _wrong(value[key], shape[""], struct, path)
        elif key not in shape or key == "TYPE":
            return f"unknown field {json.dumps(key)}"
        else:
            below = f"{path}.{key}" if path else key
            problem = _wrong(value[key], shape[key], shape["TYPE"], below)
        if problem:
            return problem
    return ""


def _json_type(value: Any) -> str:
    names = {bool: "bool", str: "string", dict: "object", list: "array"}
    return names.get(type(value), "number")


def _go_type(shape: Any) -> str:
    if isinstance(shape, list):
        return f"[]{_go_type(shape[0])}"
    if isinstance(shape, dict):
        return f"map[string]{shape['']}" if "" in shape else f"types.{shape['TYPE']}"
    return str(shape)
