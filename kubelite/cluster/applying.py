"""Client-side apply: from a manifest to a create, a patch, or nothing.

What was applied last is remembered in an annotation, so that a field taken out of the manifest
is taken out of the object, too. Models kubectl's apply command (pkg/cmd/apply).
"""

from __future__ import annotations

import json
from typing import Any

from kubelite.api import SCHEME
from kubelite.apimachinery import errors, strict
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.patch import json_merge, strategic_diff
from kubelite.apimachinery.rest import API, MERGE_PATCH, STRATEGIC_PATCH, Request
from kubelite.apimachinery.scheme import Kind, Scheme, UnknownKind
from kubelite.apimachinery.struct import replace, to_dict
from kubelite.cluster.converting import converted

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

EXTENSIONS = "apiextensions.k8s.io"
"""kubectl does not know the types of this group, nor those that users define."""

Document = dict[str, Any]


def kind_of(document: Document, scheme: Scheme = SCHEME) -> Kind:
    """The kind a manifest names. Raises StatusError 400 when it names none or an unknown one."""
    missing = [field for field in ("apiVersion", "kind") if not document.get(field)]
    if missing:
        raise errors.bad_request(
            f"error validating data: {' and '.join(missing)} not set; "
            "every manifest begins with apiVersion and kind, for example apps/v1 and Deployment"
        )
    try:
        return scheme.by_kind(str(document["apiVersion"]), str(document["kind"]))
    except UnknownKind as error:
        unknown = errors.bad_request(_no_match(document))
        unknown.hint = _where_instead(document, scheme)
        raise unknown from error


def _no_match(document: Document) -> str:
    """kubectl's words for a kind that the server does not have."""
    meta = document.get("metadata")
    meta = meta if isinstance(meta, dict) else {}
    name, namespace = meta.get("name") or "", meta.get("namespace") or ""
    return (
        f'resource mapping not found for name: "{name}" namespace: "{namespace}" from "STDIN": '
        f'no matches for kind "{document["kind"]}" in version "{document["apiVersion"]}"\n'
        "ensure CRDs are installed first"
    )


def _where_instead(document: Document, scheme: Scheme) -> str:
    """The version in which a kind of that name is served, or how a similar one is called."""
    named = str(document["kind"])
    served = [row.api_version for row in scheme if row.kind == named]
    if served:
        return f"{named} is served in {' and '.join(served)}"
    from difflib import get_close_matches  # few misspell, and it takes a while to import

    near = get_close_matches(named, [row.kind for row in scheme], n=3, cutoff=0.6)
    return f"did you mean {' or '.join(near)}?" if near else ""


def flattened(document: Document) -> list[Document]:
    """The document itself, or what is in it when it is a List. Raises StatusError 400."""
    kind = str(document.get("kind"))
    whole = kind == "List" or (kind.endswith("List") and isinstance(document.get("items"), list))
    if not whole:
        return [converted(document)]
    items = document.get("items") or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise errors.bad_request("the items of a List are objects: begin each with apiVersion")
    if kind != "List":  # DeploymentList and the like: the items need not repeat what they are
        version = document.get("apiVersion")
        named = {"apiVersion": version, "kind": kind.removesuffix("List")}
        items = [named | item for item in items]
    return [inner for item in items for inner in flattened(item)]


def apply_all(api: API, component: str, documents: list[Document], namespace: str) -> list[Any]:
    """Apply each in its order, as ``kubectl apply -f`` does: what fails keeps nobody else out.

    Kinds are looked up first, as kubectl does, so that a kind defined in the same file is not
    there yet. Raises StatusError with all that went wrong.
    """
    known, problems = [], []
    for document in documents:
        try:
            kind_of(document, api.scheme)
            known.append(document)
        except StatusError as problem:
            problems.append(problem)
    applied = []
    for document in known:
        try:
            applied.append(apply(api, component, document, namespace))
        except StatusError as problem:
            problems.append(problem)
    if problems:
        raise _together(problems)
    return applied


def _together(problems: list[StatusError]) -> StatusError:
    """One error that says what all of them say; its code and reason are those of the first."""
    first = problems[0]
    if len(problems) == 1:
        return first
    status = replace(first.status, message="\n".join(str(problem) for problem in problems))
    return StatusError(status)


# DOC: client-side-apply
def apply(api: API, component: str, document: Document, namespace: str) -> Any:
    """Bring one object into line with its manifest; the object as the server has it now."""
    kind = kind_of(document, api.scheme)
    meta = document.get("metadata")
    meta = meta if isinstance(meta, dict) else {}
    place = str(meta.get("namespace") or namespace) if kind.namespaced else ""
    name = str(meta.get("name") or "")
    if not name and meta.get("generateName"):
        raise errors.bad_request(
            f"from {meta['generateName']}: cannot use generate name with apply"
        )

    def ask(verb: str, **options: Any) -> Any:
        return api.handle(Request(verb, kind.resource, place, name, component=component, **options))

    found = ask("get") if name else None
    wanted = remembered(document, place)
    if found is None or found.code == 404:
        return _create(api, kind, place, component, wanted)
    live = found.unwrap()
    if kind.group == EXTENSIONS or kind.defined:
        patch, patch_type = merged(_last_applied(live), wanted, to_dict(live)), MERGE_PATCH
    else:
        strict.decode_strict(kind.type, wanted)  # in the words a create would have met
        patch, patch_type = _difference(kind, live, wanted), STRATEGIC_PATCH
    if not patch:
        return live
    return ask("patch", body=patch, patch_type=patch_type).unwrap()


def _create(api: API, kind: Kind, place: str, component: str, wanted: Document) -> Any:
    request = Request("create", kind.resource, place, body=wanted, component=component)
    return api.handle(request).unwrap()


def remembered(document: Document, namespace: str = "") -> Document:
    """The manifest with a copy of itself in the annotation that apply looks at next time."""
    meta = document.get("metadata")
    if not isinstance(meta, dict):
        return document
    if namespace:
        meta = meta | {"namespace": namespace}
    annotations = meta.get("annotations") or {}
    if not isinstance(annotations, dict):
        return document  # the server has words for that
    annotations = dict(annotations)
    annotations.pop(LAST_APPLIED, None)
    plain = document | {"metadata": meta | {"annotations": annotations}}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":")) + "\n"
    return document | {"metadata": meta | {"annotations": annotations | {LAST_APPLIED: text}}}


def _difference(kind: Kind, live: Any, wanted: Document) -> Document:
    """Three ways: what was applied last, what is wanted now, and what the server holds."""
    return strategic_diff.three_way(kind.type, _last_applied(live), wanted, to_dict(live))


def _last_applied(live: Any) -> Document:
    last = live.metadata.annotations.get(LAST_APPLIED)
    return json.loads(last) if last else {}


def merged(original: Document, wanted: Document, live: Document) -> Document:
    """The same as a JSON merge patch, for kinds whose types kubectl does not know."""
    changes = _without_nulls(json_merge.diff(live, wanted))
    removed = _nulls_only(json_merge.diff(original, wanted))
    return _united(changes, removed)


def _united(one: Document, other: Document) -> Document:
    """Two merge patches as one; objects in both are united."""
    joined = dict(one)
    for key, value in other.items():
        held = joined.get(key)
        if isinstance(held, dict) and isinstance(value, dict):
            joined[key] = _united(held, value)
        else:
            joined.setdefault(key, value)
    return joined


def _without_nulls(patch: Document) -> Document:
    cleaned = {k: _without_nulls(v) if isinstance(v, dict) else v for k, v in patch.items()}
    return {k: v for k, v in cleaned.items() if v is not None and v != {}}


def _nulls_only(patch: Document) -> Document:
    cleaned = {k: _nulls_only(v) if isinstance(v, dict) else v for k, v in patch.items()}
    return {k: v for k, v in cleaned.items() if v is None or (isinstance(v, dict) and v)}
