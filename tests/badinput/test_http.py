"""Requests without sense over HTTP: paths, parameters, headers and bodies of any kind."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from kubelite import Cluster
from kubelite.edge.http.server import Server
from tests.badinput.generating import json_value, text
from tests.badinput.scale import sweep
from tests.edge.conftest import Ask

PIECES = st.sampled_from(
    (
        *("api", "apis", "v1", "apps", "namespaces", "default", "pods", "deployments"),
        "configmaps",
        *("status", "scale", "log", "exec", "eviction", "binding", "version", "openapi", "v3", ""),
        *("nodes", "events", "kube-system", "a%2fb", "..", ".", "%00", "%ff", "metrics", "healthz"),
    )
)  # fmt: skip
PARAMETERS = st.sampled_from(
    (
        *("labelSelector", "fieldSelector", "limit", "continue", "resourceVersion", "dryRun"),
        *("resourceVersionMatch", "fieldManager", "force", "fieldValidation", "pretty", "as"),
        *("gracePeriodSeconds", "propagationPolicy", "orphanDependents", "container", "tailLines"),
        *("previous", "sinceSeconds", "timestamps", "limitBytes", "timeoutSeconds", "x"),
    )
)  # fmt: skip
MEDIA = st.sampled_from(
    (
        *("application/json", "application/yaml", "application/merge-patch+json", "text/html"),
        *("application/json-patch+json", "application/strategic-merge-patch+json", "*/*", ""),
        *("application/apply-patch+yaml", "application/vnd.kubernetes.protobuf"),
    )
)  # fmt: skip
NAMESPACED = st.sampled_from(("pods", "configmaps", "services", "secrets", "events")).map(
    lambda plural: f"/api/v1/namespaces/default/{plural}"
)
PATHS = st.lists(PIECES, max_size=7).map(lambda pieces: "/" + "/".join(pieces)) | NAMESPACED
QUERIES = st.lists(st.tuples(PARAMETERS, text | st.integers(-5, 10**12).map(str)), max_size=3)
BODIES = st.none() | st.binary(max_size=40) | json_value.map(lambda v: json.dumps(v).encode())
METHODS = st.sampled_from(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"))


@sweep(250)
@given(method=METHODS, path=PATHS, query=QUERIES, body=BODIES, media=MEDIA, accept=MEDIA)
def test_any_request_gets_an_answer_and_a_refusal_changes_nothing(
    served: tuple[Cluster, Server],
    ask: Ask,
    method: str,
    path: str,
    query: list[tuple[str, str]],
    body: bytes | None,
    media: str,
    accept: str,
) -> None:
    asked = "&".join(f"{name}={quote(value, errors='replace')}" for name, value in query)
    headers: dict[str, Any] = {"Content_Type": media, "Accept": accept}
    before = objects(served[0])
    code, answered, raw = ask(method, f"{path}?{asked}", body, **headers)
    assert 200 <= code < 500, (code, raw)
    if code >= 400:
        assert objects(served[0]) == before
        if raw and answered.get("content-type", "").startswith("application/json"):
            assert json.loads(raw)["kind"] == "Status"


def objects(cluster: Cluster) -> list[tuple[str, ...]]:
    """What people make: the clock goes on, so nodes and leases change by themselves."""
    return [
        tuple(cluster.get(kind).names) for kind in ("pods", "configmaps", "services", "secrets")
    ]
