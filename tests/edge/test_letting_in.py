"""Who is let in and what is refused: asked by hand, as a stranger would."""

from __future__ import annotations

import json
import os
import socket
import stat
import time
from pathlib import Path

import pytest

from kubelite import Cluster
from kubelite.edge.http.server import Server
from kubelite.sim import limits
from tests.edge.conftest import Ask, connect

PODS = "/api/v1/namespaces/default/pods"
CONFIGMAPS = "/api/v1/namespaces/default/configmaps"
SETTINGS = json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}).encode()


def test_only_this_machine_is_listened_to(served: tuple[Cluster, Server]) -> None:
    assert served[1]._socket.getsockname()[0] == "127.0.0.1"


def test_nobody_else_may_read_the_files(served: tuple[Cluster, Server]) -> None:
    folder = Path(served[1].kubeconfig).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("shown", [None, "Bearer ", "Bearer wrong", "Basic YTpi", "Bearer a.b.c"])
def test_a_token_is_needed(ask: Ask, shown: str | None) -> None:
    for path in (PODS, "/version", "/api", "/"):
        code, headers, body = ask("GET", path, authorization=shown)
        assert (code, json.loads(body)["reason"]) == (401, "Unauthorized")
        assert "set-cookie" not in headers


def test_a_token_in_a_cookie_or_a_url_is_none(served: tuple[Cluster, Server], ask: Ask) -> None:
    token = served[1].token
    assert (
        ask("GET", f"{PODS}?token={token}", authorization=None, cookie=f"token={token}")[0] == 401
    )


@pytest.mark.parametrize("host", ["evil.example", "evil.example:443", "127.0.0.1.evil.example", ""])
def test_a_foreign_name_for_this_server_is_refused(ask: Ask, host: str) -> None:
    assert ask("GET", PODS, Host=host)[0] == 403


def test_pages_of_others_are_refused(served: tuple[Cluster, Server], ask: Ask) -> None:
    for origin in ("https://evil.example", "null", f"https://127.0.0.1:{served[1].port + 1}"):
        assert ask("GET", PODS, Origin=origin)[0] == 403
    code, headers, _ = ask("GET", PODS, Origin=served[1].url)
    assert code == 200
    assert not [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_form_is_no_body(ask: Ask, media: str) -> None:
    code, _, body = ask("POST", CONFIGMAPS, SETTINGS, Content_Type=media)
    assert (code, json.loads(body)["reason"]) == (415, "UnsupportedMediaType")


def test_a_get_never_writes(served: tuple[Cluster, Server], ask: Ask) -> None:
    assert ask("GET", f"{CONFIGMAPS}/none?dryRun=&force=true", SETTINGS)[0] == 404
    with pytest.raises(Exception, match="not found"):
        served[0].get("configmap/x")


def test_bodies_have_a_limit(ask: Ask) -> None:
    large = b" " * (3 * 1024 * 1024 + 1)
    code, _, body = ask("POST", CONFIGMAPS, large, Content_Type="application/json")
    assert (code, json.loads(body)["reason"]) == (413, "RequestEntityTooLarge")


def test_headers_have_a_limit(ask: Ask) -> None:
    assert ask("GET", PODS, **{f"X-{n}": "y" for n in range(70)})[0] == 431
    assert ask("GET", PODS, X_Long="y" * 40_000)[0] in (400, 431)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/namespaces/a%2fb/pods",
        "/api/v1/../v1/pods",
        "/api/v1/namespaces//pods",
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/..\\..\\etc\\passwd",
        "/api/v1/namespaces/default/pods/..",
        "/api/v1/namespaces/default/pods/%00",
        "//127.0.0.1/api",
    ],
)
def test_odd_paths(ask: Ask, path: str) -> None:
    code, _, body = ask("GET", path)
    assert code in (400, 404) and b"root:" not in body


def test_urls_have_a_limit(ask: Ask) -> None:
    code, _, body = ask("GET", f"{PODS}?labelSelector={'x' * 20_000}")
    assert (code, json.loads(body)["reason"]) == (414, "RequestURITooLong")


WEB_SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec_WebSocket_Protocol": "v5.channel.k8s.io",
}


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"authorization": None}, 401),
        ({}, 404),  # let in, but nobody is there
    ],
)
def test_a_websocket_is_let_in_like_everybody(
    ask: Ask, headers: dict[str, str | None], code: int
) -> None:
    path = f"{PODS}/nobody/exec?command=ls&stdout=true"
    assert ask("GET", path, **{**WEB_SOCKET, **headers})[0] == code


def test_nobody_is_believed_who_speaks_for_others(served: tuple[Cluster, Server], ask: Ask) -> None:
    forwarded = {"X_Forwarded_For": "10.0.0.1", "X_Forwarded_Proto": "http"}
    assert ask("GET", PODS, X_Remote_User="admin", authorization=None, **forwarded)[0] == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"nul",
        b'{"kind":',
        b"[" * 100_000,
        b'{"data":{"a":"1","a":"2"}}',
        b"\xff\xfe",
        b'{"metadata":{"name":"../x"}}',
        b'{"metadata":{"name":"x","namespace":"other"}}',
    ],
)
def test_bad_json(ask: Ask, body: bytes) -> None:
    code, _, answer = ask("POST", CONFIGMAPS, body, Content_Type="application/json")
    assert code in (400, 422), answer
    assert json.loads(answer)["kind"] == "Status"


@pytest.mark.parametrize(
    "body", [b"k8s", b"k8s\x00\xff", b"k8s\x00\x12\x7f", b"k8s\x00\x12\x02\x09\x00"]
)
def test_bad_protobuf(ask: Ask, body: bytes) -> None:
    media = "application/vnd.kubernetes.protobuf"
    code, _, _ = ask("POST", CONFIGMAPS, body, Content_Type=media)
    assert code in (400, 422)


def test_a_request_that_can_be_read_in_two_ways_is_refused(served: tuple[Cluster, Server]) -> None:
    connection = connect(served[1])
    connection.connect()
    head = "POST /version HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n"
    connection.sock.sendall(f"{head}\r\nxGET".encode())
    assert connection.sock.recv(1000).startswith(b"HTTP/1.1 400")
    connection.close()


def test_who_says_nothing_is_sent_away(
    served: tuple[Cluster, Server], ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "HEAD_SECONDS", 0.3)
    silent = [connect(served[1]) for _ in range(20)]
    for connection in silent:
        connection.connect()
        connection.sock.sendall(b"GET /version HTTP/1.1\r\nHost: 127")
    assert ask("GET", "/version")[0] == 200, "others do not wait for them"
    for connection in silent:
        connection.sock.settimeout(10)
        assert connection.sock.recv(1000) == b""
        connection.close()


def test_a_watch_of_one_who_never_reads_ends(served: tuple[Cluster, Server], ask: Ask) -> None:
    cluster, server = served
    connection = connect(server)
    connection.connect()
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    head = f"GET {CONFIGMAPS}?watch=true HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    connection.sock.sendall(f"{head}Authorization: Bearer {server.token}\r\n\r\n".encode())
    time.sleep(0.2)
    for n in range(200):
        cluster.apply(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "large"},
                "data": {"text": str(n) + "x" * 20_000},
            }
        )
    assert ask("GET", "/version")[0] == 200
    connection.close()


def test_a_service_account_is_who_its_token_says(served: tuple[Cluster, Server], ask: Ask) -> None:
    cluster, _ = served
    cluster.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "robot-2"}})
    token = cluster.create_token("robot-2")
    code, _, body = ask(
        "POST",
        "/apis/authentication.k8s.io/v1/selfsubjectreviews",
        b"{}",
        Authorization=f"Bearer {token}",
        authorization=None,
        Content_Type="application/json",
    )
    name = json.loads(body)["status"]["userInfo"]["username"]
    assert (code, name) == (201, "system:serviceaccount:default:robot-2")


def test_with_rbac_a_stranger_may_little(tmp_path: Path) -> None:
    cluster = Cluster(nodes=1, rbac=True)
    cluster.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "guest"}})
    token = cluster.create_token("guest")
    with cluster.serve(kubeconfig=str(tmp_path / "config")) as server:
        connection = connect(server)
        for path, code in ((PODS, 403), ("/version", 200), ("/metrics", 403), ("/api", 200)):
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == code, (path, body)
        asked = {"Authorization": f"Bearer {token}", "Impersonate-User": "kubernetes-admin"}
        connection.request("GET", PODS, headers=asked)
        assert connection.getresponse().status == 403
        connection.close()
    assert not os.path.exists(server.kubeconfig)
