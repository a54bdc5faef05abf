"""What goes along with a request for a pod's logs, or for a command inside it.

They are never stored. Models ``PodLogOptions`` and ``PodExecOptions`` of ``k8s.io/api/core/v1``.
"""

from __future__ import annotations

from kubelite.apimachinery.struct import Int64, Struct
from kubelite.apimachinery.times import Time


class PodLogOptions(Struct, kw_only=True):
    """Which part of which log: the last lines, the last seconds, at most so many bytes."""

    container: str = ""
    follow: bool = False
    previous: bool = False
    since_seconds: Int64 | None = None
    since_time: Time | None = None
    timestamps: bool = False
    tail_lines: Int64 | None = None
    limit_bytes: Int64 | None = None
    stream: str | None = None


class PodExecOptions(Struct, kw_only=True):
    """The command, and the container to run it in."""

    container: str = ""
    command: tuple[str, ...] = ()
    stdin: bool = False
    stdout: bool = True
    stderr: bool = True
    tty: bool = False


class PodAttachOptions(Struct, kw_only=True):
    """The container to listen to, and whether to type into it."""

    container: str = ""
    stdin: bool = False
    stdout: bool = True
    stderr: bool = True
    tty: bool = False


class PodPortForwardOptions(Struct, kw_only=True):
    """The ports that older clients name; newer ones name them stream by stream."""

    ports: tuple[int, ...] = ()
