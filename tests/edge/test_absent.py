"""What clients from outside do not find, and what they meet instead (docs/fidelity.md)."""

from __future__ import annotations

import json
import socket

from kubelite import Cluster
from kubelite.edge.http.server import Server
from tests.cluster.manifests import pod
from tests.edge.conftest import Ask, Kubectl


def test_forms_of_answers_that_are_not_here(ask: Ask) -> None:
    for form in ("application/vnd.kubernetes.protobuf", "application/cbor"):
        assert ask("GET", "/api/v1/nodes", Accept=form)[0] == 406
        either = ask("GET", "/api/v1/nodes", Accept=f"{form}, application/json")
        assert (either[0], either[1]["content-type"]) == (200, "application/json")
    assert "definitions" not in json.loads(ask("GET", "/openapi/v2")[2])
    assert ask("GET", "/openapi/v3")[0] == 200


def test_answers_are_not_compressed(ask: Ask) -> None:
    where, media = "/api/v1/namespaces/default/configmaps", "application/json"
    large = json.dumps({"metadata": {"name": "large"}, "data": {"text": "x" * 200_000}}).encode()
    assert ask("POST", where, large, Content_Type=media)[0] == 201
    code, headers, body = ask("GET", f"{where}/large", Accept_Encoding="gzip")
    assert code == 200 and len(body) > 128 * 1024
    assert "content-encoding" not in headers


def test_spdy_without_a_websocket_is_not_spoken(
    served: tuple[Cluster, Server], kubectl: Kubectl, ask: Ask
) -> None:
    served[0].apply(pod())
    kubectl("wait pod/web --for=condition=Ready --timeout=60s")
    upgrade = {"Connection": "Upgrade", "Upgrade": "SPDY/3.1"}
    for part, query in (("exec", "?command=ls&stdout=true"), ("attach", ""), ("portforward", "")):
        path = f"/api/v1/namespaces/default/pods/web/{part}{query}"
        code, _, body = ask("POST", path, **upgrade)
        assert (code, json.loads(body)["message"]) == (400, "Upgrade request required")


def test_only_http_goes_through_a_forwarded_port(
    served: tuple[Cluster, Server], kubectl: Kubectl
) -> None:
    served[0].apply(pod("db", container={"image": "redis:7"}))
    kubectl("wait pod/db --for=condition=Ready --timeout=60s")
    forward = kubectl.begin("port-forward pod/db :6379")
    try:
        assert forward.stdout is not None
        port = int(forward.stdout.readline().split(":")[1].split()[0])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
            line.sendall(b"*1\r\n$4\r\nPING\r\n")
            assert line.recv(65536).startswith(b"HTTP/1.1 400 Bad Request")
    finally:
        forward.kill()
        forward.communicate()
