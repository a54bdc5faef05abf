"""Bad input gets an error that names the field and says what to do, and changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.manifest import ManifestError

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: main
        image: nginx
"""

BOMB = "a: &a [x, x]\n" + "".join(
    f"{this}: &{this} [" + ", ".join([f"*{before}"] * 9) + "]\n"
    for before, this in zip("abcdefghij", "bcdefghijk", strict=True)
)

CASES: dict[str, tuple[str, tuple[str, ...]]] = {
    "an unknown field": (
        WEB.replace("replicas: 3", "replica: 3"),
        ('unknown field "spec.replica"', "spec.replicas"),
    ),
    "a field at the wrong place": (
        WEB.replace("        image: nginx", "        image: nginx\n        replicas: 2"),
        ('unknown field "spec.template.spec.containers[0].replicas"', "spec.replicas"),
    ),
    "a duplicate key": (
        WEB.replace("  replicas: 3", "  replicas: 3\n  replicas: 4"),
        ("spec.replicas", "already set", "Keep one of them"),
    ),
    "a number as text": (
        WEB.replace("replicas: 3", 'replicas: "3"'),
        ("cannot unmarshal string", "spec.replicas", "remove the quotes"),
    ),
    "text as a number": (
        WEB.replace("        app: web\n    spec", "        app: 7\n    spec"),
        ("cannot unmarshal number", "labels", "quotes"),
    ),
    "negative replicas": (
        WEB.replace("replicas: 3", "replicas: -1"),
        ("spec.replicas: Invalid value: -1", "must be greater than or equal to 0"),
    ),
    "a bad name": (
        WEB.replace("name: web", "name: Web_Shop"),
        ('metadata.name: Invalid value: "Web_Shop"', "lower case alphanumeric characters"),
    ),
    "a bad name of a container": (
        WEB.replace("name: main", "name: Main"),
        ("spec.template.spec.containers[0].name", "lower case alphanumeric characters"),
    ),
    "no name": (
        WEB.replace("  name: web\n", "  labels: {a: b}\n"),
        ("metadata.name: Required value: name or generateName is required",),
    ),
    "a name to be made up": (
        WEB.replace("  name: web\n", "  generateName: web-\n"),
        ("from web-: cannot use generate name with apply",),
    ),
    "a selector that does not match the template": (
        WEB.replace("    matchLabels:\n      app: web", "    matchLabels:\n      app: shop"),
        ("spec.template.metadata.labels", "`selector` does not match template `labels`"),
    ),
    "no apiVersion": (WEB.replace("apiVersion: apps/v1\n", ""), ("apiVersion not set",)),
    "an unknown kind": (WEB.replace("kind: Deployment", "kind: Deploymnt"), ("Deploymnt", "did")),
    "a kind in the wrong group": (WEB.replace("apps/v1", "v1"), ('in version "v1"',)),
    "nesting 64 deep and more": (
        "a: " + "[" * 70 + "]" * 70,
        ("more than 64 levels of nesting", "check the brackets"),
    ),
    "30,000 brackets": ("[" * 30_000, ("more than 64 levels of nesting",)),
    "30,000 brackets in JSON": ('{"a":' + "[" * 30_000, ("more than 64 levels of nesting",)),
    "a bomb of aliases": (BOMB, ("anchors and aliases", "Write the value out")),
    "2 MB": (WEB + "#" * (2 << 20), ("more than the 1048576 allowed", "Split it")),
    "an empty file": ("", ("no objects passed to apply",)),
    "only a comment": ("# nothing\n---\n", ("no objects passed to apply",)),
    "not YAML": ("kind: [Deployment", ("this is not YAML", "line")),
    "a tab": ("kind:\n\tx: 1", ("spaces",)),
    "a list": ("- a\n- b", ("an object is wanted here, but this is a list",)),
    "bytes that are no text": ("a\x00b", ("control character U+0000",)),
}


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    return Cluster(nodes=1)


@pytest.mark.parametrize("case", CASES)
def test_it_is_named_and_nothing_changes(cluster: Cluster, case: str) -> None:
    source, words = CASES[case]
    before = cluster.revision
    with pytest.raises((StatusError, ManifestError)) as error:
        cluster.apply(source)
    assert [word for word in words if word not in str(error.value)] == []
    assert cluster.revision == before


CHANGES = [case for case in CASES if "unmarshal" in str(CASES[case]) or "unknown f" in case]


@pytest.mark.parametrize("case", CHANGES)
def test_a_change_is_refused_in_the_same_words(case: str) -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(WEB)
    test_it_is_named_and_nothing_changes(cluster, case)


def test_an_object_may_be_64_levels_deep(cluster: Cluster) -> None:
    depth = 60
    text = (
        '{"apiVersion": "v1", "kind": "ConfigMap", "data": ' + '{"a":' * depth + "1" + "}" * depth
    )
    with pytest.raises(StatusError, match="cannot unmarshal object"):
        cluster.apply(text + "}")


@pytest.mark.parametrize("metadata", [None, "web", ["web"], {"name": 7}, {"annotations": "x"}])
def test_metadata_of_any_shape(cluster: Cluster, metadata: Any) -> None:
    before = cluster.revision
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    for source in (body, json.dumps(body)):
        with pytest.raises(StatusError, match="metadata"):
            cluster.apply(source)
    assert cluster.revision == before


def test_a_good_manifest_after_all_that(cluster: Cluster) -> None:
    assert cluster.apply(WEB).spec.replicas == 3
