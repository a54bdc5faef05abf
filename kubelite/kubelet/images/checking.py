"""Whether a learner's class can be an image: found out when it is registered, not in a pod."""

from __future__ import annotations

import re
from typing import Any

from kubelite.kubelet.images.program import Program
from kubelite.sim.guests import nonsense, shown

MOST = 1e18
"""An exbibyte, roughly: nothing here is larger."""


def amount(given: Any) -> float:
    """A number of bytes, thousandths or the like. Raises NonsenseError for anything else."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given < MOST:
        nonsense(f"an amount is a number, 0 or more, not {shown(given)}")
    return given


def check_class(name: str, program: Any) -> None:
    """What ``register`` takes. Raises TypeError with what to write instead."""
    if not (isinstance(program, type) and issubclass(program, Program)):
        nonsense(f"register({name!r}, ...) takes a subclass of Program, not {shown(program)}")
    where = program.__qualname__
    ports = program.ports
    if not isinstance(ports, tuple) or not all(isinstance(port, int) for port in ports):
        nonsense(f"{where}.ports is a tuple of numbers such as (8080,), not {shown(ports)}")
    for field in ("size", "memory", "cpu", "cpu_per_request"):
        value = getattr(program, field)
        if not isinstance(value, property):
            _amount_of(f"{where}.{field}", value)
    for field in ("entrypoint", "cmd", "tools"):
        words = getattr(program, field)
        if not isinstance(words, tuple) or not all(isinstance(word, str) for word in words):
            nonsense(f'{where}.{field} is a tuple of words such as ("serve",), not {shown(words)}')
    try:
        re.compile(program.tags)
    except (re.error, TypeError) as error:
        nonsense(f"{where}.tags is a regular expression, not {shown(program.tags)} ({error})")


def _amount_of(what: str, value: Any) -> None:
    try:
        amount(value)
    except TypeError as error:
        nonsense(f"{what}: {error}")
