"""``kubectl get``: tables, objects in any form, and watching them change.

Models pkg/cmd/get/get.go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import ObjectList
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import to_dict
from kubelite.kubectl import columns, output, raw
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import NUMBER, SWITCH, WORDS, Flag, Given
from kubelite.kubectl.resources import EVERY_NAMESPACE, FILES, SELECTOR, Builder, Info, built
from kubelite.kubectl.result import CommandError, Failures, usage_error
from kubelite.kubectl.sorting import sorted_by
from kubelite.kubectl.tables import Layout, Look

FLAGS = (
    *FILES,
    *output.FLAGS,
    SELECTOR,
    EVERY_NAMESPACE,
    Flag("field-selector"),
    Flag("watch", SWITCH, short="w"),
    Flag("watch-only", SWITCH),
    Flag("output-watch-events", SWITCH),
    Flag("ignore-not-found", SWITCH),
    Flag("chunk-size", NUMBER, 500),
    Flag("label-columns", WORDS, short="L"),
    Flag("show-labels", SWITCH),
    Flag("show-kind", SWITCH),
    Flag("no-headers", SWITCH),
    Flag("sort-by"),
    Flag("raw"),
    Flag("server-print", SWITCH, True),
    Flag("subresource"),
)
_COLUMNS = ("custom-columns", "custom-columns-file", "wide")
_NOTHING = (
    'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list '
    "of supported resources.\n"
)
_REQUIRED = (
    'Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description '
    "of that resource (e.g. kubectl explain pods)."
)

Printer = Callable[[dict[str, Any]], str]


def get(client: Client, given: Given) -> None:
    """Print objects."""
    _check(client, given)
    if given["raw"]:
        client.write(raw.answer(client, given["raw"]))
    elif given["watch"] or given["watch-only"]:
        _watch(client, given)
    else:
        _get(client, given)


def _check(client: Client, given: Given) -> None:
    watching = given["watch"] or given["watch-only"]
    if given["raw"]:
        if given.words:
            raise CommandError("arguments may not be passed when --raw is specified")
        return
    if not watching and not given.words and not given["filename"] and not given["kustomize"]:
        client.warn(_NOTHING)
        raise usage_error(given.path, _REQUIRED)
    if given["show-labels"] and given["output"] not in ("", "wide"):
        form = given["output"]
        raise CommandError(f"--show-labels option cannot be used with {form} printer")
    if given["output-watch-events"] and not watching:
        raise CommandError(
            "--output-watch-events option can only be used with --watch or --watch-only"
        )


def _get(client: Client, given: Given) -> None:
    builder = built(
        client,
        given,
        allow_empty=True,
        latest=True,
        lists=True,
        subresource=given["subresource"],
    )
    failures = builder.gathered()
    if given["ignore-not-found"]:
        failures = [f for f in failures if not (isinstance(f, StatusError) and f.code == 404)]
    if output.format_of(given) in ("", "wide"):
        _tables(client, given, builder, failures)
    else:
        _printed(client, given, builder, failures)
    if failures:
        raise Failures(failures)


def _look(given: Given, kind: Kind, with_kind: bool) -> Look:
    return Look(
        wide=given["output"] == "wide",
        headers=not given["no-headers"],
        namespace=given["all-namespaces"] and kind.namespaced,
        kind=with_kind or given["show-kind"],
        label_columns=tuple(given["label-columns"]),
        labels=given["show-labels"],
    )


def _objects(info: Info) -> Sequence[Any]:
    return info.obj.items if isinstance(info.obj, ObjectList) else (info.obj,)


def _tables(client: Client, given: Given, builder: Builder, failures: list[Exception]) -> None:
    infos = builder.infos
    with_kind = len({info.kind for info in infos}) > 1
    if given["sort-by"] and len(infos) > 1:
        sorted_by(given["sort-by"], infos, [{"kind": "Table"} for _ in infos])
    texts = []
    for kind, group in groupby(infos, lambda info: info.kind):
        objects = [obj for info in group for obj in _in_order(given, _objects(info))]
        texts.append(Layout(kind, _look(given, kind, with_kind)).text(objects, client.now))
    written = [text for text in texts if text]
    client.write(("" if given["no-headers"] else "\n").join(written))
    if not written and not given["ignore-not-found"] and not failures:
        everywhere = given["all-namespaces"] or not all(info.kind.namespaced for info in infos)
        where = "" if everywhere else f" in {client.namespace} namespace."
        client.warn(f"No resources found{where}")


def _in_order(given: Given, objects: Sequence[Any]) -> Sequence[Any]:
    """Sorted as asked; what cannot be sorted is not shown."""
    if not given["sort-by"] or len(objects) < 2:
        return objects
    try:
        return sorted_by(given["sort-by"], objects, [to_dict(obj) for obj in objects])
    except CommandError:
        return ()


def _printer(client: Client, given: Given) -> Printer:
    form = given["output"]
    if form.partition("=")[0] in _COLUMNS:
        return columns.printer(client, form, not given["no-headers"])
    return output.printer(client, given, more=_COLUMNS)


def _printed(client: Client, given: Given, builder: Builder, failures: list[Exception]) -> None:
    """Whole objects: one as it is, several as a List."""
    single = builder.single
    if single and failures:
        return
    plain = [to_dict(obj) for info in builder.infos for obj in _objects(info)]
    if not plain and given["ignore-not-found"]:
        return
    write = _printer(client, given)
    if single and len(plain) == 1:
        client.write(write(plain[0]))
        return
    if given["sort-by"] and plain:
        plain = sorted_by(given["sort-by"], plain, plain)
    meta = {"resourceVersion": ""}
    whole = {"apiVersion": "v1", "items": plain, "kind": "List", "metadata": meta}
    client.write(write(whole))


def _watch(client: Client, given: Given) -> None:
    builder = built(
        client,
        given,
        allow_empty=True,
        latest=True,
        lists=True,
        single_type=True,
        stop_at_first=True,
    )
    (info, *others) = builder.all()
    write = _line_writer(client, given, info.kind)
    if not given["watch-only"]:
        for one in builder.infos:
            client.write(write([(obj, "ADDED") for obj in _objects(one)]))
    if others:
        raise CommandError("you may only watch a single resource or type of resource at a time")
    fields = [given["field-selector"]] if given["field-selector"] else []
    if not isinstance(info.obj, ObjectList):
        fields.append(f"metadata.name={info.name}")
    since = info.obj.metadata.resource_version
    with client.watch(
        info.kind, info.namespace, given["selector"], ",".join(fields), since
    ) as events:
        client.run_until(lambda: _passed_on(client, events, write), client.patience)
        _passed_on(client, events, write)


def _passed_on(client: Client, events: list[Any], write: Callable[[Any], str]) -> bool:
    """Print what has happened; there is always more to come."""
    client.write(write([(event.object, event.type) for event in events]))
    events.clear()
    return False


def _line_writer(client: Client, given: Given, kind: Kind) -> Callable[[Any], str]:
    """How objects and what befell them are printed, one after the other."""
    tell = given["output-watch-events"]
    if output.format_of(given) in ("", "wide"):
        layout = Layout(kind, _look(given, kind, False))
        return lambda pairs: layout.text(
            [obj for obj, _ in pairs], client.now, [type for _, type in pairs] if tell else ()
        )
    write = _printer(client, given)

    def each(pairs: Any) -> str:
        plain = [(to_dict(obj), type) for obj, type in pairs]
        told = [{"object": obj, "type": type} if tell else obj for obj, type in plain]
        return "".join(map(write, told))

    return each
