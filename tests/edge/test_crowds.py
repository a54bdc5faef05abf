"""Clients that are slow, silent, half-dead or many: others go on unharmed, and each gets its end.

Every story is told to both parsers: httptools, and h11 where that is missing.
"""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator

import pytest

from kubelite import Cluster
from kubelite.edge.http.server import Server
from kubelite.sim import limits
from tests.edge.conftest import connect

CONFIG_MAPS = "/api/v1/namespaces/default/configmaps"


@pytest.fixture(scope="module", params=["httptools", "h11"])
def crowded(request: pytest.FixtureRequest) -> Iterator[tuple[Cluster, Server]]:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "h11":
            patch.setitem(sys.modules, "uvicorn.protocols.http.httptools_impl", None)
        cluster = Cluster(nodes=1, seed=7)
        with cluster.serve(speed=10) as server:
            assert server._http is not None
            parser = server._http.config.http.__bases__[1].__name__  # type: ignore[union-attr]
            assert parser == {"httptools": "HttpToolsProtocol", "h11": "H11Protocol"}[request.param]
            yield cluster, server


Open = Callable[..., ssl.SSLSocket]


@pytest.fixture
def opened(crowded: tuple[Cluster, Server]) -> Iterator[Open]:
    """Opens connections by hand, and sends a first text; ``TOKEN`` in it is the admin's."""
    known: list[socket.socket] = []

    def one(text: str = "", body: bytes = b"") -> ssl.SSLSocket:
        connection = connect(crowded[1])
        connection.connect()
        known.append(connection.sock)
        lines = text.replace("TOKEN", f"Authorization: Bearer {crowded[1].token}")
        connection.sock.sendall(lines.replace("\n", "\r\n").encode() + body)
        return connection.sock  # type: ignore[no-any-return]

    yield one
    for connection in known:
        connection.close()


def alive(server: Server) -> bool:
    """Whether somebody else is answered, and soon."""
    connection = connect(server)
    connection.timeout = 5
    connection.request("GET", "/version", headers={"Authorization": f"Bearer {server.token}"})
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    return answer.status == 200 and body["major"] == "1"


def soon(holds: Callable[[], bool], seconds: float = 20) -> bool:
    """Wait for something that a busy machine does late; whether it came to hold."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


def under_way(server: Server) -> Collection[object]:
    """The requests that are being answered."""
    assert server._http is not None
    return server._http.server_state.tasks


def until_closed(sock: ssl.SSLSocket, seconds: float = 10) -> bytes:
    """All that comes until the server ends the connection; fails if it never does."""
    sock.settimeout(seconds)
    found = bytearray()
    try:
        while piece := sock.recv(1 << 16):
            found += piece
    except (ConnectionError, ssl.SSLEOFError):
        pass
    return bytes(found)


def read_on(sock: ssl.SSLSocket) -> None:
    """Take whatever comes, until nothing has come for two seconds."""
    with contextlib.suppress(TimeoutError):
        until_closed(sock, 2)


def drip(sock: socket.socket, text: bytes, seconds: float) -> None:
    """Send a byte every 50 ms, until the other end has had enough."""
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            sock.sendall(text)
            time.sleep(0.05)
    except OSError:
        return
    raise AssertionError("dripped on for ever")


def test_a_head_that_drips_is_not_waited_for(
    crowded: tuple[Cluster, Server], opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "HEAD_SECONDS", 0.5)
    slow = opened("GET /version HTTP/1.1\nHost: 127.0.0.1\nX-Slow: ")
    drip(slow, b"a", 5)
    assert alive(crowded[1])


def test_a_second_head_that_drips_is_not_waited_for(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "HEAD_SECONDS", 0.5)
    slow = opened("GET /version HTTP/1.1\nHost: 127.0.0.1\nTOKEN\n\n")
    assert slow.recv(1 << 16).startswith(b"HTTP/1.1 200")
    slow.sendall(b"GET /version HTTP/1.1\r\nX-Slow: ")
    drip(slow, b"a", 5)


def test_a_body_that_drips_is_not_waited_for(
    crowded: tuple[Cluster, Server], opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.5)
    head = f"POST {CONFIG_MAPS} HTTP/1.1\nHost: 127.0.0.1\nTOKEN\n"
    slow = opened(f"{head}Content-Type: application/json\nContent-Length: 1000\n\n", b"{")
    drip(slow, b" ", 5)
    assert alive(crowded[1])


def test_who_is_refused_may_not_go_on_sending(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "HEAD_SECONDS", 0.5)
    slow = opened(f"POST {CONFIG_MAPS} HTTP/1.1\nHost: 127.0.0.1\nContent-Length: 100000\n\n", b"{")
    assert slow.recv(1 << 16).startswith(b"HTTP/1.1 401")
    drip(slow, b" ", 5)


def test_a_head_without_an_end_is_cut_off(opened: Open) -> None:
    endless = opened("GET /version HTTP/1.1\nHost: 127.0.0.1\n")
    try:
        for n in range(100):
            endless.sendall(f"X-{n}: {'y' * 1000}\r\n".encode())
    except OSError:
        pass
    answer = until_closed(endless)
    assert not answer or answer[9:12] in (b"400", b"431")


def test_requests_sent_at_once_are_answered_in_their_order(opened: Open) -> None:
    paths = ("/version", "/livez", "/api/v1/namespaces/default", "/readyz")
    both = opened("".join(f"GET {path} HTTP/1.1\nHost: 127.0.0.1\nTOKEN\n\n" for path in paths))
    both.settimeout(10)
    found = b""
    while found.count(b"HTTP/1.1 200") < 4 or not found.endswith(b"\r\n\r\nok"):
        found += both.recv(1 << 16)
    places = [found.index(one) for one in (b'"gitVersion"', b"\r\n\r\nok", b'"Namespace"')]
    assert places == sorted(places)


def test_the_end_waits_for_nobody(caplog: pytest.LogCaptureFixture) -> None:
    with Cluster(nodes=0).serve() as server:
        idle = [connect(server) for _ in range(5)]
        for n, connection in enumerate(idle):
            watch = f"{CONFIG_MAPS}?watch=true" if n % 2 else "/version"
            connection.request("GET", watch, headers={"Authorization": f"Bearer {server.token}"})
            if not n % 2:
                connection.getresponse().read()
    assert not server._thread.is_alive()
    assert [record.message for record in caplog.records] == []
    for connection in idle:
        connection.close()


def test_a_large_body_is_taken(opened: Open) -> None:
    body = json.dumps({"metadata": {"generateName": "large-"}, "data": {"text": "x" * 900_000}})
    head = f"POST {CONFIG_MAPS} HTTP/1.1\nHost: 127.0.0.1\nTOKEN\nContent-Type: application/json\n"
    sent = opened(f"{head}Content-Length: {len(body)}\n\n", body.encode())
    assert sent.recv(1 << 16).startswith(b"HTTP/1.1 201")


def test_a_watcher_may_not_fill_the_memory_with_a_next_head(
    crowded: tuple[Cluster, Server], opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STALL_SECONDS", 0.5)
    watching = opened(f"GET {CONFIG_MAPS}?watch=true HTTP/1.1\nHost: 127.0.0.1\nTOKEN\n\n")
    watching.sendall(b"GET / HTTP/1.1\r\n")
    watching.settimeout(1)
    with pytest.raises(OSError):  # it is cut off, or nobody reads any more
        for n in range(20_000):
            watching.sendall(f"X-{n}: {'y' * 1000}\r\n".encode())
    watching.close()
    assert soon(lambda: not under_way(crowded[1]))


def test_a_request_behind_a_watch_has_no_turn(
    crowded: tuple[Cluster, Server], opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STALL_SECONDS", 0.5)
    request = "Host: 127.0.0.1\nTOKEN\n\n"
    both = opened(
        f"GET {CONFIG_MAPS}?watch=true HTTP/1.1\n{request}GET /version HTTP/1.1\n{request}"
    )
    until_closed(both)
    both.close()
    assert soon(lambda: not under_way(crowded[1]))


@pytest.fixture
def many_files() -> Iterator[None]:
    """Room for both ends of a thousand connections in this one process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4096), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
def test_a_thousand_silent_connections(crowded: tuple[Cluster, Server]) -> None:
    _, server = crowded
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(1000)]
    try:
        assert alive(server), "nobody waits for those who have not even begun with TLS"
        assert len(server._socket._strangers) <= limits.STRANGERS
    finally:
        for one in silent:
            one.close()


def test_handshakes_that_stop_halfway(crowded: tuple[Cluster, Server]) -> None:
    _, server = crowded
    halves = []
    for _ in range(50):
        half = socket.create_connection(("127.0.0.1", server.port))
        half.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        halves.append(half)
    assert alive(server)
    for half in halves:
        half.close()


def test_strangers_are_pushed_out_and_guests_stay(
    crowded: tuple[Cluster, Server], opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STRANGERS", 5)
    request = "GET /version HTTP/1.1\nHost: 127.0.0.1\nTOKEN\n\n"
    guest = opened(request)
    assert guest.recv(1 << 16).startswith(b"HTTP/1.1 200")
    strangers = [socket.create_connection(("127.0.0.1", crowded[1].port)) for _ in range(20)]
    time.sleep(0.2)
    strangers[0].settimeout(5)
    assert strangers[0].recv(10) == b"", "the one who has waited longest has to go"
    guest.sendall(b"GET /version HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert guest.recv(1 << 16).startswith(b"HTTP/1.1 401"), "still there, though without a token"
    for stranger in strangers:
        stranger.close()


def test_there_is_room_for_so_many_guests(
    crowded: tuple[Cluster, Server], opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CONNECTIONS", 4)
    request = "GET /version HTTP/1.1\nHost: 127.0.0.1\nTOKEN\n\n"
    guests = []
    with pytest.raises(OSError):
        for _ in range(10):
            guests.append(opened(request))
            assert guests[-1].recv(1 << 16).startswith(b"HTTP/1.1 200")
    assert 0 < len(guests) <= 4
    for guest in guests:
        guest.close()
    assert crowded[1]._http is not None
    connected = crowded[1]._http.server_state.connections
    assert soon(lambda: len(connected) < limits.CONNECTIONS)
    assert alive(crowded[1]), "when they have gone there is room again"


def test_one_request_too_many(
    crowded: tuple[Cluster, Server], opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WRITES_IN_FLIGHT", 6)
    head = f"POST {CONFIG_MAPS} HTTP/1.1\nHost: 127.0.0.1\nTOKEN\nContent-Type: application/json\n"
    for _ in range(3):
        opened(f"{head}Content-Length: 20\n\n")
    assert soon(lambda: len(under_way(crowded[1])) == 3)
    refused = opened(f"{head}Content-Length: 2\n\n", b"{}").recv(1 << 16)
    assert refused.startswith(b"HTTP/1.1 429")
    assert b"\r\nretry-after: 1\r\n" in refused
    assert refused.endswith(b"\r\n\r\nToo many requests, please try again later.\n")
    assert alive(crowded[1]), "those that read have places of their own"


def test_a_watcher_that_never_reads_is_let_go(
    crowded: tuple[Cluster, Server], opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, server = crowded
    monkeypatch.setattr(limits, "STALL_SECONDS", 0.5)
    head = f"GET {CONFIG_MAPS}?watch=true HTTP/1.1\nHost: 127.0.0.1\nTOKEN\n\n"
    assert soon(lambda: not server_watchers(cluster))
    deaf, awake = opened(head), opened(head)
    told = threading.Thread(target=read_on, args=(awake,))
    assert soon(lambda: len(server_watchers(cluster)) == 2)
    told.start()
    large = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "large"}}
    with server.lock:  # all is there when the first is taken
        for n in range(120):
            cluster.apply({**large, "data": {"text": str(n) + "x" * 100_000}})
    assert soon(lambda: len(server_watchers(cluster)) < 2)
    assert len(server_watchers(cluster)) == 1, "the one that reads is still there"
    assert alive(server)
    told.join()
    deaf.close()


def server_watchers(cluster: Cluster) -> list[object]:
    """The watches of ConfigMaps that come over HTTP."""
    everyone = cluster._world.server._watchers["configmaps"]._everyone
    return [one for one in everyone if "EventQueue" in repr(one.deliver)]


def test_a_watcher_with_too_much_before_it_is_let_go(
    crowded: tuple[Cluster, Server], opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WATCH_EVENTS", 10)
    head = f"GET {CONFIG_MAPS}?watch=true HTTP/1.1\nHost: 127.0.0.1\nTOKEN\n\n"
    assert soon(lambda: not server_watchers(crowded[0]))
    watching = opened(head)
    assert soon(lambda: len(server_watchers(crowded[0])) == 1)
    small = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "small"}}
    with crowded[1].lock:  # nobody is told of anything for so long
        for n in range(50):
            crowded[0].apply({**small, "data": {"n": str(n)}})
    told = b""
    while not told.endswith(b"\r\n0\r\n\r\n"):  # the end of an answer, as it should be
        told += watching.recv(1 << 16)
    assert b'"ERROR"' not in told
    assert alive(crowded[1])


def test_a_log_follower_that_never_reads(crowded: tuple[Cluster, Server], opened: Open) -> None:
    cluster, server = crowded
    container = {"name": "main", "image": "busybox:1.36", "command": ["sh", "-c"]}
    container |= {"args": [f"echo {'all work and no play ' * 500}; sleep 3600"]}
    chatty = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "chatty"}}
    cluster.apply({**chatty, "spec": {"containers": [container]}})
    cluster.run_until("pod/chatty ready")
    assert soon(lambda: not under_way(server))
    path = "/api/v1/namespaces/default/pods/chatty/log?follow=true"
    deaf = [opened(f"GET {path} HTTP/1.1\nHost: 127.0.0.1\nTOKEN\n\n") for _ in range(20)]
    assert soon(lambda: len(under_way(server)) == len(deaf))
    assert alive(server)
    for one in deaf:
        one.close()
    assert soon(lambda: not under_way(server)), "nobody reads for those who have gone"
    cluster.delete("pod/chatty")


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 4\nTransfer-Encoding: chunked\n",
        "Transfer-Encoding: chunked\nContent-Length: 4\n",
        "Content-Length: 4\nContent-Length: 5\n",
        "Content-Length: 4, 5\n",
        "Content-Length: +4\n",
        "Content-Length: -4\n",
        "Transfer-Encoding: chunked\nTransfer-Encoding: identity\n",
        "Transfer-Encoding: xchunked\n",
        "Transfer-Encoding : chunked\n",
        "Content-Length: 4\n Transfer-Encoding: chunked\n",
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(opened: Open, head: str) -> None:
    smuggled = "0\n\nGET /smuggled HTTP/1.1\nHost: 127.0.0.1\nTOKEN\n\n"
    text = f"POST {CONFIG_MAPS} HTTP/1.1\nHost: 127.0.0.1\nTOKEN\n{head}\n{smuggled}"
    answer = opened(text).recv(1 << 16)
    assert answer[9:12] in (b"400", b"501"), answer


@pytest.mark.parametrize("line", ["GET /version", "GET /version HTTP/9.9", "\0", "GET /\x01 X"])
def test_lines_that_are_no_http(crowded: tuple[Cluster, Server], opened: Open, line: str) -> None:
    answer = opened(f"{line}\nHost: 127.0.0.1\nTOKEN\n\n").recv(1 << 16)
    assert not answer.startswith(b"HTTP/1.1 2")
    assert alive(crowded[1])
