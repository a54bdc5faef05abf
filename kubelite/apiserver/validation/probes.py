"""Probes and lifecycle hooks: one handler each, and numbers that make sense.

Models the probe part of ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api import core_v1
from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apiserver.validation.formats import (
    Errors,
    each,
    non_negative,
    port_number,
    port_number_or_name,
    supported,
)

_SIGNALS = sorted(
    {
        *("SIGABRT", "SIGALRM", "SIGBUS", "SIGCHLD", "SIGCLD", "SIGCONT", "SIGFPE", "SIGHUP"),
        *("SIGILL", "SIGINT", "SIGIO", "SIGIOT", "SIGKILL", "SIGPIPE", "SIGPOLL", "SIGPROF"),
        *("SIGPWR", "SIGQUIT", "SIGSEGV", "SIGSTKFLT", "SIGSTOP", "SIGSYS", "SIGTERM"),
        *("SIGTRAP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGUSR1", "SIGUSR2"),
        *("SIGVTALRM", "SIGWINCH", "SIGXCPU", "SIGXFSZ", "SIGRTMIN", "SIGRTMAX"),
        *(f"SIGRTMIN+{n}" for n in range(1, 16)),
        *(f"SIGRTMAX-{n}" for n in range(1, 15)),
    }
)
_WINDOWS_SIGNALS = ["SIGKILL", "SIGTERM"]

_MUST_BE_ONE = "must be 1"


def _exec(action: core_v1.ExecAction, path: str, grace: int | None) -> Errors:
    if not action.command:
        yield FieldError.required(f"{path}.command")


def _http_get(action: core_v1.HTTPGetAction, path: str, grace: int | None) -> Errors:
    if not action.path:
        yield FieldError.required(f"{path}.path")
    yield from port_number_or_name(f"{path}.port", action.port)
    yield from supported(f"{path}.scheme", action.scheme, ("HTTP", "HTTPS"))
    for header in action.http_headers:
        yield from each(f"{path}.httpHeaders", header.name, names.is_http_header_name(header.name))


def _tcp_socket(action: core_v1.TCPSocketAction, path: str, grace: int | None) -> Errors:
    return port_number_or_name(f"{path}.port", action.port)


def _grpc(action: core_v1.GRPCAction, path: str, grace: int | None) -> Errors:
    return port_number(f"{path}.port", action.port)


def _sleep(action: core_v1.SleepAction, path: str, grace: int | None) -> Errors:
    if grace is not None and not 0 <= action.seconds <= grace:
        fault = f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"
        yield FieldError.invalid(path, action.seconds, fault)


HANDLERS: tuple[tuple[str, str, Callable[[Any, str, int | None], Errors]], ...] = (
    ("exec", "exec", _exec),
    ("http_get", "httpGet", _http_get),
    ("tcp_socket", "tcpSocket", _tcp_socket),
    ("grpc", "grpc", _grpc),
    ("sleep", "sleep", _sleep),
)
"""Every kind of handler, in the order upstream looks at them."""


def _handler(
    owner: core_v1.Probe | core_v1.LifecycleHandler, path: str, grace: int | None
) -> Errors:
    found = False
    for field, wire, check in HANDLERS:
        action = getattr(owner, field, None)
        if action is None:
            continue
        if found:
            fault = "may not specify more than 1 handler type"
            yield FieldError.forbidden(f"{path}.{wire}", fault)
        else:
            yield from check(action, f"{path}.{wire}", grace)
        found = True
    if not found:
        yield FieldError.required(path, "must specify a handler type")


def _probe(probe: core_v1.Probe, path: str, grace: int | None) -> Errors:
    yield from _handler(probe, path, grace)
    yield from non_negative(f"{path}.initialDelaySeconds", probe.initial_delay_seconds)
    yield from non_negative(f"{path}.timeoutSeconds", probe.timeout_seconds)
    yield from non_negative(f"{path}.periodSeconds", probe.period_seconds)
    yield from non_negative(f"{path}.successThreshold", probe.success_threshold)
    yield from non_negative(f"{path}.failureThreshold", probe.failure_threshold)
    own_grace = probe.termination_grace_period_seconds
    if own_grace is not None and own_grace <= 0:
        at = f"{path}.terminationGracePeriodSeconds"
        yield FieldError.invalid(at, own_grace, "must be greater than 0")


def validate_probes(container: core_v1.Container, path: str, grace: int | None) -> Errors:
    """The lifecycle hooks and all three probes of one container."""
    yield from _liveness(container.liveness_probe, f"{path}.livenessProbe", grace)
    yield from _readiness(container.readiness_probe, f"{path}.readinessProbe", grace)
    yield from _liveness(container.startup_probe, f"{path}.startupProbe", grace)


def _liveness(probe: core_v1.Probe | None, path: str, grace: int | None) -> Errors:
    """A liveness or a startup probe: one success is enough, and no other number is allowed."""
    if probe is None:
        return
    yield from _probe(probe, path, grace)
    if probe.success_threshold != 1:
        at = f"{path}.successThreshold"
        yield FieldError.invalid(at, probe.success_threshold, _MUST_BE_ONE)


def _readiness(probe: core_v1.Probe | None, path: str, grace: int | None) -> Errors:
    if probe is None:
        return
    yield from _probe(probe, path, grace)
    if probe.termination_grace_period_seconds is not None:
        at = f"{path}.terminationGracePeriodSeconds"
        value = probe.termination_grace_period_seconds
        yield FieldError.invalid(at, value, "must not be set for readinessProbes")


def validate_lifecycle(
    lifecycle: core_v1.Lifecycle, path: str, grace: int | None, os: core_v1.PodOS | None
) -> Errors:
    """What runs after a container starts and before it stops, and the signal that stops it."""
    if lifecycle.post_start is not None:
        yield from _handler(lifecycle.post_start, f"{path}.postStart", grace)
    if lifecycle.pre_stop is not None:
        yield from _handler(lifecycle.pre_stop, f"{path}.preStop", grace)
    if not lifecycle.stop_signal:
        return
    at = f"{path}.stopSignal"
    if os is None:
        fault = "may not be set for containers with empty `spec.os.name`"
        yield FieldError.forbidden(at, fault)
    elif os.name in ("linux", "windows"):
        signals = _SIGNALS if os.name == "linux" else _WINDOWS_SIGNALS
        yield from supported(at, lifecycle.stop_signal, signals)
