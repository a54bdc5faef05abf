"""Which defined kinds the server serves at the moment.

A kind is served from the moment its definition is Established until the definition is gone.
All versions share one place in the store; the preferred one is served directly, the others by
way of it (``versions``).
Models k8s.io/apiextensions-apiserver/pkg/apiserver/customresource_handler.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kubelite.api.apiextensions_v1 import (
    ESTABLISHED,
    CustomResourceDefinition,
    CustomResourceDefinitionVersion,
)
from kubelite.api.conditions import is_true
from kubelite.api.custom import CustomObject, custom_type
from kubelite.apimachinery.rest import DELETED, Request, Response, WatchEvent
from kubelite.apimachinery.scheme import ClusterScheme, Kind
from kubelite.apiserver.customresources.strategy import CustomStrategy, schema_of
from kubelite.apiserver.customresources.versions import OtherVersion
from kubelite.apiserver.registry.strategy import Strategy

Serve = Callable[[Kind, Strategy], None]
Withdraw = Callable[[str], None]


class CustomResources:
    """The defined kinds of one server, which gives ways to serve a kind and to withdraw it."""

    def __init__(
        self,
        scheme: ClusterScheme,
        serve: Serve,
        withdraw: Withdraw,
        handle: Callable[[Request], Response],
    ):
        self._scheme = scheme
        self._serve = serve
        self._withdraw = withdraw
        self._handle = handle
        self._types: dict[tuple[str, str, tuple[str, ...]], type[CustomObject]] = {}
        self.others: dict[str, OtherVersion] = {}

    def changed(self, event: WatchEvent) -> None:
        """A definition was written or removed."""
        definition: CustomResourceDefinition = event.object
        if event.type == DELETED:
            self._end(definition)
        elif is_true(definition, ESTABLISHED):
            self._begin(definition)

    def _begin(self, definition: CustomResourceDefinition) -> None:
        spec = definition.spec
        served = sorted((v for v in spec.versions if v.served), key=lambda v: priority(v.name))
        if not served:
            self._end(definition)
            return
        rows = [self._row(definition, v, preferred=v is served[0]) for v in served]
        self._forget_others(definition)
        terminating = definition.metadata.deletion_timestamp is not None
        strategies = [CustomStrategy(r, v, terminating) for r, v in zip(rows, served, strict=True)]
        for row, strategy in zip(rows, strategies, strict=True):
            row.type.strategy = strategy  # type: ignore[attr-defined]
        self._scheme.serve(spec.group, spec.names.plural, rows)
        self._serve(rows[0], strategies[0])
        for strategy in strategies[1:]:
            main = strategies[0]
            self.others[strategy.row.resource] = OtherVersion(strategy, main, self._handle)

    def _end(self, definition: CustomResourceDefinition) -> None:
        spec = definition.spec
        self._forget_others(definition)
        self._scheme.serve(spec.group, spec.names.plural, ())
        self._withdraw(f"{spec.names.plural}.{spec.group}")

    def _forget_others(self, definition: CustomResourceDefinition) -> None:
        spec = definition.spec
        for name, other in list(self.others.items()):
            row = other.strategy.row
            if (row.group, row.plural) == (spec.group, spec.names.plural):
                del self.others[name]

    def _row(
        self,
        definition: CustomResourceDefinition,
        version: CustomResourceDefinitionVersion,
        preferred: bool,
    ) -> Kind:
        spec, names = definition.spec, definition.status.accepted_names
        kind = self._type(definition, version)
        subresources = version.subresources
        row = Kind(
            spec.group,
            version.name,
            names.kind,
            names.plural,
            kind,
            singular=names.singular,
            short_names=names.short_names,
            categories=names.categories,
            namespaced=spec.scope == "Namespaced",
            subresources=tuple(
                name
                for name in ("scale", "status")
                if subresources is not None and getattr(subresources, name) is not None
            ),
            defined=True,
        )
        if not preferred:  # asked for by a name that says the version
            object.__setattr__(row, "resource", f"{names.plural}.{version.name}.{spec.group}")
        kind.row = row
        kind.columns = version.additional_printer_columns
        return row

    def _type(
        self, definition: CustomResourceDefinition, version: CustomResourceDefinitionVersion
    ) -> type[CustomObject]:
        """The type of a version: the same one as long as its top-level fields are the same."""
        known = dict.fromkeys(schema_of(version).properties)
        fields = [name for name in known if name not in ("apiVersion", "kind", "metadata")]
        if schema_of(version).preserve_unknown_fields:
            fields += [name for name in ("spec", "status", "data") if name not in known]
        api_version = f"{definition.spec.group}/{version.name}"
        key = (definition.metadata.name, version.name, tuple(fields))
        if key not in self._types:
            self._types[key] = custom_type(api_version, definition.spec.names.kind, fields)
        return self._types[key]


_VERSION = re.compile(r"v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?")


def priority(version: str) -> tuple[int, int, int, int, str]:
    """Sorts versions, the preferred one first: v2, v1, v1beta2, v1alpha1, then any other name."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return (1, 0, 0, 0, version)
    stage = {None: 0, "beta": 1, "alpha": 2}[found[2]]
    return (0, stage, -int(found[1]), -int(found[3] or 0), "")
