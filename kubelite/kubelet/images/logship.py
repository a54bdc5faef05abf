"""Two images that keep logs longer than their pods live: a shipper for every node and a store.

``fluent-bit`` runs as a DaemonSet with the node's /var/log mounted. Every second it reads what is
new in /var/log/containers and posts it to ``OUTPUT`` ("logstore:3100/push"). ``logstore`` keeps
what it is sent in memory and answers ``GET /logs?pod=web-1``.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from kubelite.kubelet.cri import Reply, Request
from kubelite.kubelet.images.program import MEBIBYTE, Answer, Program
from kubelite.kubelet.images.server import PlainServer
from kubelite.sim.clock import SECOND


class FluentBit(PlainServer):
    """Reads the log files of its node and sends every new line on; what fails is sent again."""

    size = 35 * MEBIBYTE
    entrypoint = ("/fluent-bit/bin/fluent-bit",)
    memory = 20 * MEBIBYTE

    def start(self) -> None:
        """Begin to read. A new shipper reads everything that is still there."""
        self._read: dict[str, int] = {}  # file name -> lines that have arrived
        self._sending = False
        if "OUTPUT" in self.env:  # one that is set up in another way just runs
            self._flush()

    def _flush(self) -> None:
        self.after(int(float(self.env.get("FLUSH_SECONDS", "1")) * SECOND), self._flush)
        if self._sending:
            return
        lines: list[str] = []
        read: dict[str, int] = {}
        for name, file in self.machine.logs.files.items():
            source = file.source
            if source.pod == self.env.get("HOSTNAME"):
                continue  # its own lines would breed
            read[name] = file.written
            for line in file.since(self._read.get(name, 0)):
                place = f"{source.node} {source.namespace} {source.pod} {source.container}"
                lines.append(f"{line.stamp()} {place} {line.stream} {line.text.rstrip()}")
        if lines:
            self._sending = True
            body = "\n".join(lines)
            self.ask(self.env["OUTPUT"], lambda reply: self._sent(reply, read), "POST", body)

    def _sent(self, reply: Reply, read: dict[str, int]) -> None:
        self._sending = False
        if reply.status == 200 and not reply.error:
            self._read = read
        else:
            self.log(f"[warn] [engine] failed to flush chunk, retry in 1 seconds: {reply.error}")


class LogStore(Program):
    """Keeps lines in memory: ``POST /push`` adds, ``GET /logs?pod=...`` reads."""

    size = 60 * MEBIBYTE
    entrypoint = ("/logstore",)
    ports = (3100,)

    def start(self) -> None:
        """Nothing is known yet."""
        self.lines: list[str] = []

    def handle(self, request: Request) -> Answer:
        """Add lines, or show those of one pod, namespace, node or container."""
        path, _, query = request.path.partition("?")
        if path == "/push" and request.method == "POST":
            self.lines += request.body.splitlines()
            return 200, ""
        if path == "/logs":
            wanted = dict(parse_qsl(query))
            return 200, "".join(f"{line}\n" for line in self.lines if _matches(line, wanted))
        return 404, "404 page not found\n"


def _matches(line: str, wanted: dict[str, str]) -> bool:
    """Whether a line comes from where it should."""
    _, node, namespace, pod, container, _ = line.split(" ", 6)[:6]
    found = {"node": node, "namespace": namespace, "pod": pod, "container": container}
    return all(found.get(key) == value for key, value in wanted.items())
