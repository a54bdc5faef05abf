"""Questions the kubelet asks a container, and hooks around its life.

Models ``Probe``, ``Lifecycle`` and their handlers of ``k8s.io/api/core/v1``.
"""

from __future__ import annotations

from kubelite.apimachinery.struct import Int32, Int64, IntOrString, Struct, written


class Probe(Struct, kw_only=True):
    """A check, repeated while a container lives; exactly one handler is set. Times in seconds."""

    http_get: HTTPGetAction | None = None
    tcp_socket: TCPSocketAction | None = None
    exec: ExecAction | None = None
    grpc: GRPCAction | None = None
    initial_delay_seconds: Int32 = 0
    period_seconds: Int32 = 0
    timeout_seconds: Int32 = 0
    success_threshold: Int32 = 0
    failure_threshold: Int32 = 0
    termination_grace_period_seconds: Int64 | None = None


class HTTPGetAction(Struct, kw_only=True):
    """Ask by HTTP GET; 200 to 399 is a success."""

    path: str = ""
    port: IntOrString = written(0)
    scheme: str = ""
    host: str = ""
    http_headers: tuple[HTTPHeader, ...] = ()
    protocol: str | None = None


class HTTPHeader(Struct, kw_only=True):
    """One header sent with a probe; repeated names are allowed."""

    name: str = written("")
    value: str = written("")


class TCPSocketAction(Struct, kw_only=True):
    """Ask by opening a TCP connection."""

    port: IntOrString = written(0)
    host: str = ""


class ExecAction(Struct, kw_only=True):
    """Run a command inside the container, without a shell; exit code 0 is a success."""

    command: tuple[str, ...] = ()


class GRPCAction(Struct, kw_only=True):
    """Ask the gRPC health service on a port."""

    port: Int32 = written(0)
    service: str | None = None
    mode: str | None = None


class SleepAction(Struct, kw_only=True):
    """Wait a number of seconds."""

    seconds: Int64 = written(0)


class Lifecycle(Struct, kw_only=True):
    """What runs right after a container starts and right before it is stopped."""

    post_start: LifecycleHandler | None = None
    pre_stop: LifecycleHandler | None = None
    stop_signal: str | None = None


class LifecycleHandler(Struct, kw_only=True):
    """One hook; exactly one member is set (tcpSocket is kept for old manifests and never runs)."""

    exec: ExecAction | None = None
    http_get: HTTPGetAction | None = None
    sleep: SleepAction | None = None
    tcp_socket: TCPSocketAction | None = None
