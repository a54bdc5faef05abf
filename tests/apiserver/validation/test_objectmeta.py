"""Metadata, at creation and at an update. Cases follow upstream's ``objectmeta_test.go``."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.struct import convert
from kubelite.apiserver.validation import validate_object_meta, validate_object_meta_update
from kubelite.apiserver.validation.formats import subdomain_name
from tests.apiserver.validation.objects import said, where

OWNER = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "1"}


def meta(**fields: Any) -> ObjectMeta:
    return convert(ObjectMeta, {"name": "web", "namespace": "default", **fields})


CREATED: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"generateName": "web-", "name": "web-x7k2q"}, []),
    ({"labels": {"example.com/app": "web"}, "annotations": {"Example.com/Note": "any text"}}, []),
    ({"ownerReferences": [{**OWNER, "controller": True}]}, []),
    ({"finalizers": ["example.com/wait", "orphan"]}, []),
    ({"name": ""}, [("metadata.name", "Required value")]),
    ({"name": "Big"}, [("metadata.name", "Invalid value")]),
    ({"name": "a" * 254}, [("metadata.name", "Invalid value")]),
    ({"generateName": "-web"}, [("metadata.generateName", "Invalid value")]),
    ({"namespace": ""}, [("metadata.namespace", "Required value")]),
    ({"namespace": "a.b"}, [("metadata.namespace", "Invalid value")]),
    ({"generation": -1}, [("metadata.generation", "Invalid value")]),
    ({"labels": {"a b": "c"}}, [("metadata.labels", "Invalid value")]),
    ({"labels": {"a": "c d"}}, [("metadata.labels", "Invalid value")]),
    ({"annotations": {"a b": ""}}, [("metadata.annotations", "Invalid value")]),
    ({"annotations": {"a": "x" * 262_144}}, [("metadata.annotations", "Too long")]),
    ({"ownerReferences": [{**OWNER, "uid": ""}]},
     [("metadata.ownerReferences.uid", "Invalid value")]),
    ({"ownerReferences": [{**OWNER, "apiVersion": "v1", "kind": "Event"}]},
     [("metadata.ownerReferences", "Invalid value")]),
    ({"ownerReferences": [{**OWNER, "controller": True}, {**OWNER, "controller": True}]},
     [("metadata.ownerReferences", "Invalid value")]),
    ({"finalizers": ["wait"]}, [("metadata.finalizers[0]", "Invalid value")]),
    ({"finalizers": ["orphan", "foregroundDeletion"]}, [("metadata.finalizers", "Invalid value")]),
    ({"managedFields": [{"operation": "Delete"}]},
     [("metadata.managedFields[0].operation", "Invalid value")]),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), CREATED)
def test_created(fields: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert where(validate_object_meta(meta(**fields), True, subdomain_name)) == expected


def test_a_kind_without_namespaces_takes_none() -> None:
    assert said(validate_object_meta(meta(), False, subdomain_name)) == [
        "metadata.namespace: Forbidden: not allowed on this type"
    ]


def test_sentences_are_upstreams() -> None:
    wrong = meta(name="Shop_1", labels={"app": "-"})
    assert said(validate_object_meta(wrong, True, subdomain_name)) == [
        'metadata.name: Invalid value: "Shop_1": a lowercase RFC 1123 subdomain must consist of '
        "lower case alphanumeric characters, '-' or '.', and must start and end with an "
        "alphanumeric character (e.g. 'example.com', regex used for validation is "
        "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        'metadata.labels: Invalid value: "-": a valid label must be an empty string or consist of '
        "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
        "character (e.g. 'MyValue', or 'my_value', or '12345', regex used for validation is "
        "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ]


WHEN = "2026-11-27T08:00:00Z"
DELETED = {"deletionTimestamp": WHEN, "deletionGracePeriodSeconds": 30}

UPDATED: list[tuple[dict[str, Any], dict[str, Any], list[tuple[str, str]]]] = [
    ({}, {"labels": {"app": "shop"}}, []),
    ({}, {"resourceVersion": ""}, [("metadata.resourceVersion", "Invalid value")]),
    ({"generation": 2}, {"generation": 1}, [("metadata.generation", "Invalid value")]),
    ({}, {"name": "shop"}, [("metadata.name", "Invalid value")]),
    ({"uid": "1"}, {"uid": "2"}, [("metadata.uid", "Invalid value")]),
    ({"creationTimestamp": WHEN}, {}, [("metadata.creationTimestamp", "Invalid value")]),
    ({}, {"deletionTimestamp": WHEN}, [("metadata.deletionTimestamp", "Invalid value")]),
    ({}, {"labels": {"a": "b c"}}, [("metadata.labels", "Invalid value")]),
    ({**DELETED, "finalizers": ["a.b/c"]}, DELETED, []),
    (DELETED, {**DELETED, "finalizers": ["a.b/c"]}, [("metadata.finalizers", "Forbidden")]),
]


@pytest.mark.parametrize(("before", "after", "expected"), UPDATED)
def test_updated(
    before: dict[str, Any], after: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    old, new = meta(resourceVersion="1", **before), meta(**{"resourceVersion": "1", **after})
    assert where(validate_object_meta_update(new, old)) == expected


def test_no_new_finalizer_once_the_end_has_begun() -> None:
    old = meta(resourceVersion="1", **DELETED)
    new = meta(resourceVersion="1", finalizers=["a.b/c"], **DELETED)
    assert said(validate_object_meta_update(new, old)) == [
        "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being "
        'deleted, found new finalizers []string{"a.b/c"}'
    ]
