"""The ways a probe can ask. Each is prepared once for a container and then run every period.

Texts are those that upstream's Go libraries produce: they appear in events.
Models ``pkg/probe/{exec,http,tcp,grpc}`` and ``pkg/kubelet/prober/prober.go``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from kubelite.api.core_v1 import (
    Container,
    ExecAction,
    GRPCAction,
    HTTPGetAction,
    Probe,
    TCPSocketAction,
)
from kubelite.apimachinery.struct import Value
from kubelite.kubelet.cri import ExecResult, Reply, Request, Runtime
from kubelite.kubelet.durations import go_duration
from kubelite.kubelet.probes.results import FAILURE, SUCCESS, UNKNOWN
from kubelite.sim.clock import SECOND, Clock
from kubelite.sim.guests import contain, foreign, nonsense, shown


class Outcome(NamedTuple):
    """One probe's result, with its output, or with an error that makes it void."""

    result: str
    output: str = ""
    error: str = ""


class Target(Value):
    """The container to be asked."""

    clock: Clock
    runtime: Runtime
    container: Container
    container_id: str
    pod_ip: str
    timeout: int


Then = Callable[[Outcome], object]
Run = Callable[[Then], object]

PASSED = Outcome(SUCCESS)
RESULTS = (SUCCESS, FAILURE, UNKNOWN)


def prepare(target: Target, probe: Probe) -> Run:
    """A function that runs ``probe`` once and passes on its outcome."""
    for name, handler in PROBES.items():
        action = getattr(probe, name)
        if action is not None:
            if foreign(handler):
                return _guarded(name, handler, target, action)
            return handler(target, action)
    missing = Outcome(UNKNOWN, error=f"missing probe handler for {target.container.name}")
    return lambda then: then(missing)


def _guarded(name: str, handler: Callable[[Target, Any], Run], target: Target, action: Any) -> Run:
    """A learner's handler: its failure is the probe's error, its silence a timeout."""

    def error(raised: BaseException) -> Outcome:
        found = contain(target.clock, raised, handler, advice="The probe counts as failed to run")
        return Outcome(UNKNOWN, error=found.cause)

    try:
        own = handler(target, action)
        if not callable(own):
            nonsense(f"a probe handler returns a function of then, not {shown(own)}")
    except BaseException as raised:
        failed = error(raised)
        return lambda then: then(failed)

    def run(then: Then) -> None:
        waiting = [then]

        def answered(outcome: Outcome) -> None:
            if waiting:
                late.cancel()
                waiting.pop()(outcome)

        def checked(outcome: Any) -> None:
            if not isinstance(outcome, Outcome) or outcome.result not in RESULTS:
                nonsense(f"a probe's outcome is PASSED or Outcome(FAILURE, text), not {outcome!r}")
            answered(outcome._replace(result=RESULTS[RESULTS.index(outcome.result)]))

        text = f'probe handler "{name}" has not answered within {go_duration(target.timeout)}'
        late = target.clock.after(target.timeout, answered, Outcome(FAILURE, text))
        try:
            own(checked)
        except BaseException as raised:
            answered(error(raised))

    return run


def _exec(target: Target, action: ExecAction) -> Run:
    timeout = target.timeout

    def run(then: Then) -> None:
        def ended(result: ExecResult) -> None:
            if result.error.endswith(" timed out"):
                late = f"command timed out: {result.error} after {go_duration(timeout)}"
                then(Outcome(FAILURE, late))
            elif result.error:
                then(Outcome(UNKNOWN, error=result.error))
            else:
                then(Outcome(FAILURE if result.exit_code else SUCCESS, result.output))

        target.runtime.exec_sync(target.container_id, action.command, timeout, ended)

    return run


def _http_get(target: Target, action: HTTPGetAction) -> Run:
    port = port_number(action.port, target.container)
    if isinstance(port, str):
        return _broken(port)
    host = action.host or target.pod_ip
    path = action.path if action.path.startswith("/") else f"/{action.path}"
    url = f"{(action.scheme or 'HTTP').lower()}://{host}:{port}{path}"
    headers = tuple([(header.name, header.value) for header in action.http_headers])
    request = Request(path, headers=headers)
    ask, timeout = target.runtime.request, target.timeout

    def run(then: Then) -> None:
        def answered(reply: Reply) -> None:
            if reply.error:
                then(Outcome(FAILURE, f'Get "{url}": {_go_error(reply.error, host, port)}'))
            elif 200 <= reply.status < 400:
                then(PASSED)
            else:
                failed = f"HTTP probe failed with statuscode: {reply.status}"
                then(Outcome(FAILURE, failed))

        ask(host, port, request, timeout, answered)

    return run


def _tcp_socket(target: Target, action: TCPSocketAction) -> Run:
    port = port_number(action.port, target.container)
    if isinstance(port, str):
        return _broken(port)
    host = action.host or target.pod_ip
    request = Request(protocol="tcp")

    def run(then: Then) -> None:
        def answered(reply: Reply) -> None:
            text = f"dial tcp {host}:{port}: {_waited(reply.error)}"
            then(Outcome(FAILURE, text) if reply.error else PASSED)

        target.runtime.request(host, port, request, target.timeout, answered)

    return run


def _grpc(target: Target, action: GRPCAction) -> Run:
    host, port, timeout = target.pod_ip, action.port, target.timeout
    request = Request(action.service or "", protocol="grpc")
    within = f"within {go_duration(timeout)}"

    def run(then: Then) -> None:
        def answered(reply: Reply) -> None:
            if reply.error == "timeout":
                then(Outcome(FAILURE, f"timeout: health rpc did not complete {within}"))
            elif reply.error:
                # The client keeps trying to connect until its time is up.
                text = f'timeout: failed to connect service "{host}:{port}" {within}'
                failed = Outcome(FAILURE, f"{text}: context deadline exceeded")
                target.clock.after(timeout, then, failed)
            elif reply.status == 200:
                then(PASSED)
            else:
                then(Outcome(FAILURE, 'service unhealthy (responded with "NOT_SERVING")'))

        target.runtime.request(host, port, request, timeout, answered)

    return run


PROBES: dict[str, Callable[[Target, Any], Run]] = {
    "exec": _exec,
    "http_get": _http_get,
    "tcp_socket": _tcp_socket,
    "grpc": _grpc,
}
"""Registration: one row is one handler, by the field of a Probe that asks for it."""


def port_number(port: int | str, container: Container) -> int | str:
    """The port's number; an error text when a named port is not one of the container's."""
    if isinstance(port, str):
        name = port
        declared = {p.name: p.container_port for p in reversed(container.ports)}
        if name not in declared:
            return f'port "{name}" not found'
        port = declared[name]
    return port if 0 < port < 65536 else f"invalid port number: {port}"


def timeout_of(probe: Probe) -> int:
    """The probe's patience in microseconds."""
    return max(probe.timeout_seconds, 1) * SECOND


def _broken(error: str) -> Run:
    return lambda then: then(Outcome(UNKNOWN, error=error))


def _go_error(error: str, host: str, port: int) -> str:
    if error == "timeout":
        return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
    if error.startswith("read:"):
        return f"read tcp {host}:{port}: {error}"
    return f"dial tcp {host}:{port}: {error}"


def _waited(error: str) -> str:
    return "i/o timeout" if error == "timeout" else error
