"""What containers have written: one file for each start of a container, on the node's disk.

A line has its time and its stream; a file that has grown too large is rotated. Files stay until
the container is removed. Models the CRI's log format, ``pkg/kubelet/logs/container_log_manager.go``
and ReadLogs of ``k8s.io/cri-client/pkg/logs/logs.go``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kubelite.api.podoptions import PodLogOptions
from kubelite.apimachinery.struct import Value
from kubelite.apimachinery.times import SECOND, MicroTime

STDOUT = "stdout"
STDERR = "stderr"

MAX_SIZE = 10 << 20
"""containerLogMaxSize: 10Mi, with the time and the stream that stand before each line."""
MAX_FILES = 5
"""containerLogMaxFiles: the one that is written to, and four old ones."""
_PREFIX = len("2026-11-27T08:00:00.000000000Z stdout F ")


class LogLine(Value):
    """One line, with its line end unless it was left unfinished. Microseconds since 1970."""

    when: int
    stream: str
    text: str

    def stamp(self) -> str:
        """Its time, as a log file has it: with nanoseconds."""
        return f"{str(MicroTime(self.when))[:-1]}000Z"

    def __str__(self) -> str:
        """As it stands in the file."""
        tag = "F" if self.text.endswith("\n") else "P"
        return f"{self.stamp()} {self.stream} {tag} {self.text.rstrip(chr(10))}"


class LogSource(Value):
    """Who wrote: names of node, namespace, pod and container, and the container's id."""

    node: str
    namespace: str
    pod: str
    uid: str
    container: str
    container_id: str
    attempt: int

    @property
    def path(self) -> str:
        """The file on the node."""
        pod = f"{self.namespace}_{self.pod}_{self.uid}"
        return f"/var/log/pods/{pod}/{self.container}/{self.attempt}.log"

    @property
    def link(self) -> str:
        """The name under which shippers of logs find the file."""
        name = f"{self.pod}_{self.namespace}_{self.container}-{self.container_id}"
        return f"/var/log/containers/{name}.log"


class LoggingDriver(Protocol):
    """Whatever takes every line as it is written: one method."""

    def ship(self, source: LogSource, line: LogLine) -> None:
        """Take one finished line."""
        ...


class LogFile:
    """The log of one start of one container; ``old`` files are rotated away, newest first."""

    def __init__(self, source: LogSource, shipped: Callable[[LogSource, LogLine], object]):
        self.source = source
        self.lines: list[LogLine] = []
        self.old: list[list[LogLine]] = []
        self.written = 0  # lines ever finished: by it readers know where they stopped
        self._size = 0
        self._shipped = shipped
        self._followers: list[Callable[[LogLine], object]] = []

    def write(self, when: int, stream: str, text: str) -> None:
        """Add output; a line ends where its text does."""
        for part in text.splitlines(keepends=True):
            line = LogLine(when, stream, part)
            last = self.lines[-1] if self.lines else None
            if last is not None and last.stream == stream and not last.text.endswith("\n"):
                line = LogLine(last.when, stream, last.text + part)
                self.lines[-1] = line
                self._size += len(part)
            else:
                self.lines.append(line)
                self._size += len(part) + _PREFIX
            if part.endswith("\n"):
                self._finished(line)

    # DOC: log-rotation
    def _finished(self, line: LogLine) -> None:
        self.written += 1
        self._shipped(self.source, line)
        for follower in tuple(self._followers):
            follower(line)
        if self._size > MAX_SIZE:
            self.old = [self.lines, *self.old][: MAX_FILES - 1]
            self.lines, self._size = [], 0

    def follow(self, deliver: Callable[[LogLine], object]) -> Callable[[], None]:
        """Call ``deliver`` with each line from now on; what is returned stops that."""
        self._followers.append(deliver)
        return lambda: self._followers.remove(deliver)

    def since(self, number: int) -> tuple[LogLine, ...]:
        """The finished lines after the first ``number`` ever written, as far as they are kept."""
        kept = [line for some in reversed(self.old) for line in some] + self.lines
        done = [line for line in kept if line.text.endswith("\n")]
        return tuple(done[len(done) - min(self.written - number, len(done)) :])

    def read(self, options: PodLogOptions, now: int) -> str:
        """What was asked for of the file that is written to."""
        lines = self.lines
        if options.stream in ("Stdout", "Stderr"):
            lines = [line for line in lines if line.stream == options.stream.lower()]
        if options.tail_lines is not None:
            lines = lines[-options.tail_lines :] if options.tail_lines > 0 else []
        since: int | None = options.since_time
        if options.since_seconds is not None:
            since = now - options.since_seconds * SECOND
        if since is not None:
            lines = [line for line in lines if line.when >= since]
        stamped = options.timestamps
        text = "".join([f"{line.stamp()} {line.text}" if stamped else line.text for line in lines])
        return text if options.limit_bytes is None else text[: options.limit_bytes]


class LogDirectory:
    """All log files of one node, and the drivers that get every line."""

    def __init__(self) -> None:
        self.files: dict[str, LogFile] = {}
        self.drivers: list[LoggingDriver] = []

    def open(self, source: LogSource) -> LogFile:
        """The file of a container that begins to write."""
        found = self.files[source.link] = LogFile(source, self._ship)
        return found

    def remove(self, file: LogFile) -> None:
        """The container is gone, and its file with it."""
        self.files.pop(file.source.link, None)

    def _ship(self, source: LogSource, line: LogLine) -> None:
        for driver in self.drivers:
            driver.ship(source, line)
