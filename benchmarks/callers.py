"""A client that costs little itself: requests written beforehand, over a few kept connections."""

from __future__ import annotations

import base64
import re
import selectors
import socket
import ssl
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
EVENT = b'{"type":'


class Place:
    """A served cluster, as its kubeconfig describes it."""

    def __init__(self, kubeconfig: Path):
        config = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
        cluster = config["clusters"][0]["cluster"]
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self._context = ssl.create_default_context(cadata=authority)
        self._port = int(cluster["server"].rpartition(":")[2])
        self._token = config["users"][0]["user"]["token"]

    def connect(self) -> ssl.SSLSocket:
        """A connection that does not block."""
        plain = socket.create_connection(("127.0.0.1", self._port), timeout=30)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wrapped = self._context.wrap_socket(plain, server_hostname="localhost")
        wrapped.setblocking(False)
        return wrapped

    def request(self, method: str, path: str, body: bytes = b"") -> bytes:
        """What goes over the wire."""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {self._token}\r\n"
            "Accept: application/json\r\nUser-Agent: bench\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def ask(connections: Sequence[ssl.SSLSocket], requests: Iterable[bytes]) -> list[bytes]:
    """Send all requests, one at a time on each connection; the answers, as they come."""
    waiting = iter(requests)
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection, selectors.EVENT_READ, bytearray())
            connection.send(next(waiting))
        answers = []
        busy = len(connections)
        while busy:
            ready = selector.select(30)
            assert ready, "no answer came for 30 s"
            for key, _ in ready:
                if not _whole(key, answers):
                    continue
                following = next(waiting, None)
                if following is None:
                    busy -= 1
                else:
                    key.fileobj.send(following)  # type: ignore[union-attr]
        return answers


def _whole(key: Any, answers: list[bytes]) -> bool:
    """Read what is there; whether an answer is now complete."""
    try:
        while True:
            found = key.fileobj.recv(1 << 16)
            assert found, "the connection has ended"
            key.data.extend(found)
    except ssl.SSLWantReadError:
        pass
    end = key.data.find(b"\r\n\r\n")
    length = _LENGTH.search(key.data, 0, end) if end >= 0 else None
    if length is None or len(key.data) < end + 4 + int(length[1]):
        return False
    answers.append(bytes(key.data))
    key.data.clear()
    return True


def lines(connections: Sequence[ssl.SSLSocket], each: int) -> Iterator[list[bytes]]:
    """So many lines of JSON from each connection's endless answer, connection by connection."""
    held = {connection: bytearray() for connection in connections}
    left = dict.fromkeys(connections, each)
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection, selectors.EVENT_READ)
        while any(left.values()):
            ready = selector.select(30)
            assert ready, f"nothing came for 30 s; {sum(left.values())} lines are missing"
            for key, _ in ready:
                connection: Any = key.fileobj
                try:
                    found = connection.recv(1 << 16)
                except ssl.SSLWantReadError:
                    continue
                assert found, "a watch has ended"
                text = held[connection]
                seen = max(0, len(text) - len(EVENT) + 1)
                text.extend(found)
                left[connection] -= text.count(EVENT, seen)
    for text in held.values():
        yield [line for line in bytes(text).split(b"\n") if line.startswith(EVENT)]
