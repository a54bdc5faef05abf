"""Frames, and clients other than kubectl at a forwarded port."""

from __future__ import annotations

import asyncio
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, RejectConnection, Request

from kubelite import Cluster
from kubelite.edge.http import spdy
from kubelite.edge.http.outbox import UNTAKEN_BYTES, Outbox
from kubelite.edge.http.server import Server
from kubelite.sim import limits
from tests.cluster.manifests import pod
from tests.edge.conftest import connect


def syn_stream(packer: zlib._Compress, stream: int, **headers: str) -> bytes:
    raw = struct.pack(">I", len(headers))
    for name, value in headers.items():
        for text in (name, value):
            raw += struct.pack(">I", len(text)) + text.encode()
    packed = packer.compress(raw) + packer.flush(zlib.Z_SYNC_FLUSH)
    body = struct.pack(">IIH", stream, 0, 0) + packed
    return struct.pack(">II", 0x80030001, len(body)) + body


def test_the_dictionary_is_that_of_the_protocol() -> None:
    assert (len(spdy.DICTIONARY), zlib.adler32(spdy.DICTIONARY)) == (1423, 0xE3C6A7C2)


def test_frames_come_whole_however_the_bytes_come() -> None:
    packer = zlib.compressobj(zdict=spdy.DICTIONARY)
    raw = syn_stream(packer, 1, streamtype="error", port="80", requestid="0")
    raw += syn_stream(packer, 3, streamtype="data", port="80", requestid="0")
    raw += struct.pack(">II", 3, 1 << 24 | 5) + b"hello"
    reader = spdy.Reader()
    found = [frame for at in range(len(raw)) for frame in reader.frames(raw[at : at + 1])]
    assert [(frame.kind, frame.stream) for frame in found] == [(1, 1), (1, 3), (0, 3)]
    assert found[1].headers == {"streamtype": "data", "port": "80", "requestid": "0"}
    assert (found[2].data, found[2].fin) == (b"hello", True)


@pytest.mark.parametrize(
    "raw",
    [
        struct.pack(">II", 0x80020001, 12) + bytes(12),  # SPDY/2
        struct.pack(">II", 0x80030001, 20) + bytes(10) + b"not zlib.."[:10],
        struct.pack(">II", 1, 0x00FFFFFF),  # 16 MiB
    ],
)
def test_what_is_no_frame(raw: bytes) -> None:
    with pytest.raises(spdy.Malformed):
        list(spdy.Reader().frames(raw))


class Socket:
    """One WebSocket by hand."""

    def __init__(self, server: Server, path: str, protocol: str, **more: str):
        self._connection = connect(server)
        self._connection.connect()
        self._ws = WSConnection(ConnectionType.CLIENT)
        named = {"Authorization": f"Bearer {server.token}"} | more
        headers = [(name.encode(), value.encode()) for name, value in named.items()]
        host = f"127.0.0.1:{server.port}"
        asked = Request(host, path, subprotocols=[protocol], extra_headers=headers)
        self._connection.sock.sendall(self._ws.send(asked))
        self._events: list[object] = []

    def next(self) -> object:
        """What has come."""
        while not self._events:
            self._ws.receive_data(self._connection.sock.recv(65536) or None)
            self._events.extend(self._ws.events())
        return self._events.pop(0)

    def say(self, raw: bytes) -> None:
        """One message."""
        self._connection.sock.sendall(self._ws.send(BytesMessage(raw)))

    def heard(self) -> bytes:
        """One message."""
        event = self.next()
        assert isinstance(event, BytesMessage), event
        return bytes(event.data)

    def close(self) -> None:
        self._connection.close()


@contextmanager
def opened(server: Server, what: str, protocol: str, **more: str) -> Iterator[Socket]:
    found = Socket(server, f"/api/v1/namespaces/default/pods/web/{what}", protocol, **more)
    try:
        yield found
    finally:
        found.close()


@pytest.fixture
def server(served: tuple[Cluster, Server]) -> Server:
    served[0].apply(pod())
    served[0].run_until("pod/web ready")
    return served[1]


def test_a_websocket_may_be_silent(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HEAD_SECONDS", 0.2)
    with opened(server, "exec?command=cat&stdin=true&stdout=true", "v5.channel.k8s.io") as line:
        assert isinstance(line.next(), AcceptConnection)
        time.sleep(0.6)
        line.say(b"\x00still there\n")
        assert line.heard() == b"\x01still there\n"


def test_who_takes_nothing_is_let_go() -> None:
    async def story() -> None:
        box = Outbox()

        async def never(message: object) -> None:
            await asyncio.Event().wait()

        running = asyncio.create_task(box.run(never))
        piece = bytes(1 << 20)
        for _ in range((UNTAKEN_BYTES >> 20) + 2):
            box.put(piece)
        await asyncio.wait_for(running, 10)

    asyncio.run(story())


def test_two_channels_for_each_port(server: Server) -> None:
    with opened(server, "portforward?ports=80&ports=81", "v4.channel.k8s.io") as line:
        assert isinstance(line.next(), AcceptConnection)
        greetings = {line.heard() for _ in range(4)}
        assert greetings == {b"\x00P\x00", b"\x01P\x00", b"\x02Q\x00", b"\x03Q\x00"}
        refused = line.heard()
        assert refused[:1] == b"\x03" and b"connection refused" in refused
        line.say(b"\x00GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n")
        answer = line.heard()
        assert answer.startswith(b"\x00HTTP/1.1 200 OK") and b"Welcome to nginx!" in answer


@pytest.mark.parametrize(
    ("what", "protocol"),
    [
        ("portforward", "v4.channel.k8s.io"),
        ("portforward?ports=x", "v4.channel.k8s.io"),
        ("portforward", "v5.channel.k8s.io"),
        ("exec?command=ls", "SPDY/3.1+portforward.k8s.io"),
        ("exec", "v5.channel.k8s.io"),
        ("exec?command=ls&container=other", "v5.channel.k8s.io"),
        ("log", "v5.channel.k8s.io"),
    ],
)
def test_what_is_refused_at_the_door(server: Server, what: str, protocol: str) -> None:
    with opened(server, what, protocol) as line:
        event = line.next()
        assert isinstance(event, RejectConnection)
        assert event.status_code in (400, 404)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"Authorization": "Bearer nonsense"}, 401),
        ({"Authorization": ""}, 401),
        ({"Origin": "https://evil.example"}, 403),
    ],
)
def test_nobody_comes_in_without_a_token_or_from_a_foreign_page(
    server: Server, more: dict[str, str], code: int
) -> None:
    for what, protocol in (
        ("exec?command=ls&stdout=true", "v5.channel.k8s.io"),
        ("portforward", "SPDY/3.1+portforward.k8s.io"),
    ):
        with opened(server, what, protocol, **more) as line:
            event = line.next()
            assert isinstance(event, RejectConnection) and event.status_code == code


def test_who_may_not_exec_may_not_forward() -> None:
    strict = Cluster(nodes=1, rbac=True)
    strict.apply(pod())
    strict.run_until("pod/web ready")
    with strict.serve(speed=10) as other:
        for what, protocol in (
            ("exec?command=ls&stdout=true", "v5.channel.k8s.io"),
            ("attach?stdout=true", "v5.channel.k8s.io"),
            ("portforward", "SPDY/3.1+portforward.k8s.io"),
        ):
            with opened(other, what, protocol, **{"Impersonate-User": "ada"}) as line:
                event = line.next()
                assert isinstance(event, RejectConnection) and event.status_code == 403


def test_streams_without_a_port_are_refused_and_the_others_go_on(server: Server) -> None:
    with opened(server, "portforward", "SPDY/3.1+portforward.k8s.io") as line:
        assert isinstance(line.next(), AcceptConnection)
        packer = zlib.compressobj(zdict=spdy.DICTIONARY)
        for port in ("0", "x", "65536"):
            line.say(syn_stream(packer, 1, streamtype="data", port=port))
            assert line.heard() == struct.pack(">IIII", 0x80030003, 8, 1, spdy.PROTOCOL_ERROR)
        ping = struct.pack(">III", 0x80030006, 4, 7)
        line.say(ping)
        assert line.heard() == ping
        line.say(syn_stream(packer, 3, streamtype="error", port="80", requestid="1"))
        line.say(syn_stream(packer, 5, streamtype="data", port="80", requestid="1"))
        line.say(struct.pack(">II", 5, 31) + b"GET / HTTP/1.0\r\nConnection: x\r\n\r\n"[:31])
        assert [line.heard()[:4] for _ in range(2)] == [b"\x80\x03\x00\x02"] * 2
