"""What other clients than kubectl have found out: each was wrong once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from wsproto import ConnectionType, WSConnection, events

from kubelite import Cluster
from kubelite.edge.http.server import Server
from tests.edge.conftest import Ask, connect

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


def test_a_body_without_a_type_is_json(ask: Ask) -> None:
    """The official Python client names no content type."""
    body = json.dumps({"metadata": {"name": "untyped"}, "data": {"a": "1"}}).encode()
    code, _, text = ask("POST", CONFIG_MAPS, body)
    assert (code, json.loads(text)["data"]) == (201, {"a": "1"})
    options = json.dumps({"propagationPolicy": "Background"}).encode()
    assert ask("DELETE", f"{CONFIG_MAPS}/untyped", options)[0] == 200


def test_some_kinds_are_given_back_when_they_are_deleted(ask: Ask) -> None:
    """Typed clients expect them: the published schema says which."""
    spec = {"ports": [{"port": 80}]}
    for plural, more, answer in (
        ("services", {"spec": spec}, "Service"),
        ("serviceaccounts", {}, "ServiceAccount"),
        ("configmaps", {}, "Status"),
    ):
        path = f"/api/v1/namespaces/default/{plural}"
        ask("POST", path, json.dumps({"metadata": {"name": "gone"}} | more).encode())
        code, _, body = ask("DELETE", f"{path}/gone")
        assert (code, json.loads(body)["kind"]) == (200, answer)


def test_base64_may_be_broken_into_lines(ask: Ask) -> None:
    """As the official example of a TLS Secret has it; found by kr8s' own tests."""
    path = "/api/v1/namespaces/default/secrets"
    text = "LS0tLS1CRUdJ\nTiBDRVJUSUZJ\r\nQ0FURS0tLS0t\n"
    body = {"metadata": {"name": "lines"}, "data": {"tls.crt": text}}
    code, _, answer = ask("POST", path, json.dumps(body).encode())
    assert (code, json.loads(answer)["data"]["tls.crt"]) == (201, "".join(text.split()))


def test_a_token_review_knows_whose_the_admins_token_is(
    served: tuple[Cluster, Server], ask: Ask
) -> None:
    path = "/apis/authentication.k8s.io/v1/tokenreviews"
    for token, known in ((served[1].token, True), ("none", False)):
        body = json.dumps({"spec": {"token": token}}).encode()
        status = json.loads(ask("POST", path, body)[2])["status"]
        assert status.get("authenticated", False) is known
    body = json.dumps({"spec": {"token": served[1].token}}).encode()
    user = json.loads(ask("POST", path, body)[2])["status"]["user"]
    assert "kubeadm:cluster-admins" in user["groups"]


def test_every_document_of_the_index_is_there(ask: Ask) -> None:
    """Helm asks for those of all groups, of aggregated ones and of reviews, too."""
    index = json.loads(ask("GET", "/openapi/v3")[2])["paths"]
    assert {"api/v1", "apis/metrics.k8s.io/v1beta1"} <= set(index)
    codes = {path: ask("GET", entry["serverRelativeURL"])[0] for path, entry in index.items()}
    assert set(codes.values()) == {200}, codes


def test_what_is_typed_may_come_as_text(served: tuple[Cluster, Server]) -> None:
    """The official Python client sends text frames, others binary ones."""
    cluster, server = served
    cluster.apply(manifest("talker"))
    cluster.run_until("pods ready")
    query = "command=sh&stdin=true&stdout=true"
    said = talk(server, f"/api/v1/namespaces/default/pods/talker/exec?{query}")
    assert said == b"one\ntwo\n"


def manifest(name: str) -> dict[str, Any]:
    container = {"name": "main", "image": "busybox", "command": ["sleep", "9999"]}
    meta = {"name": name}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": meta,
        "spec": {"containers": [container]},
    }


def test_ports_are_forwarded_to_who_names_no_protocol(served: tuple[Cluster, Server]) -> None:
    """kr8s names none."""
    cluster, server = served
    cluster.apply(manifest("silent"))
    cluster.run_until("pods ready")
    path = "/api/v1/namespaces/default/pods/silent/portforward?ports=80"
    for event, _ in conversation(server, path, []):
        if isinstance(event, events.Message):
            assert event.data == b"\x00P\x00"
            return
        assert isinstance(event, events.AcceptConnection), event


def talk(server: Server, path: str) -> bytes:
    """Type three lines into a shell, one of them as text; what it has written at its end."""
    said = b""
    for event, send in conversation(server, path, ["v4.channel.k8s.io"]):
        if isinstance(event, events.AcceptConnection):
            send("\x00echo one\n")
            send(b"\x00echo two\n")
            send(b"\x00exit\n")
        elif isinstance(event, events.Message) and event.data[:1] == b"\x01":
            said += event.data[1:]
    return said


def conversation(
    server: Server, path: str, protocols: list[str]
) -> Iterator[tuple[events.Event, Callable[[str | bytes], None]]]:
    """What comes over a WebSocket until its end, each with a way to answer."""
    connection = connect(server)
    connection.connect()
    wire, socket = WSConnection(ConnectionType.CLIENT), connection.sock
    asked = events.Request(
        host=f"127.0.0.1:{server.port}",
        target=path,
        subprotocols=protocols,
        extra_headers=[(b"authorization", f"Bearer {server.token}".encode())],
    )
    socket.sendall(wire.send(asked))
    try:
        while True:
            wire.receive_data(socket.recv(65536) or None)
            for event in wire.events():
                if isinstance(event, events.CloseConnection):
                    return
                yield event, lambda text: socket.sendall(wire.send(events.Message(text)))
    finally:
        connection.close()
