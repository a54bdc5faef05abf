"""One application, whichever file it was written in; and the reading of fields, none in silence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|ns|h|m|s)")
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]?)i?b?", re.IGNORECASE)
MEBIBYTES = {"": 2**-20, "k": 2**-10, "m": 1.0, "g": 2.0**10}


class NotUnderstood(ValueError):
    """A file that cannot be read as an application, and why."""


@dataclass(frozen=True)
class Check:
    """A question to the application; seconds. ``http`` is a path, "" a mere connection.

    ``ends`` failures in a row put an end to it (0: none ever), ``leaves`` of them take it out of
    service. It is asked ``first`` seconds after its start. Until its first good answer, or until
    ``grace`` is over, failures do not count; in its first ``patience`` seconds none puts an end to
    it.
    """

    http: str
    port: int
    interval: float
    timeout: float
    ends: int
    leaves: int = 1
    first: float = 0
    grace: float = 0
    patience: float = 0


@dataclass(frozen=True)
class Rule:
    """Where copies may stand: an attribute of the node, an operator, a value."""

    attribute: str
    operator: str
    value: str = ""


@dataclass(frozen=True)
class Application:
    """What was asked for: ``cpu`` in thousandths of a core, ``memory`` in MiB.

    ``policy`` are the orchestrator's numbers with the file's own in their place, ``told`` what of
    the file has no effect here. Under Kubernetes the ``manifests`` are the application.
    """

    orchestrator: str
    name: str
    image: str = ""
    replicas: int = 1
    cpu: int = 0
    memory: int = 0
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    check: Check | None = None
    rules: tuple[Rule, ...] = ()
    spread: tuple[str, ...] = ()
    policy: Mapping[str, Any] = field(default_factory=dict)
    manifests: tuple[dict[str, Any], ...] = ()
    told: tuple[str, ...] = ()


class Fields:
    """A mapping that is read key by key and says at the end what nobody has asked for."""

    def __init__(self, raw: Any, place: str, told: list[str]):
        if raw is not None and not isinstance(raw, Mapping):
            raise NotUnderstood(f"{place or 'the file'}: expected fields, found {raw!r}")
        self.raw: dict[str, Any] = dict(raw or {})
        self.place = place
        self.told = told

    def __contains__(self, key: str) -> bool:
        return key in self.raw

    def _path(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place else key

    def take(self, key: str, default: Any = None) -> Any:
        """The value of a key, which is then dealt with."""
        value = self.raw.pop(key, None)
        return default if value is None else value

    def inside(self, key: str) -> Fields:
        """The fields of a key that has fields, or none."""
        return Fields(self.raw.pop(key, None), self._path(key), self.told)

    def each(self, key: str) -> list[Fields]:
        """The blocks of a key: a list of them, or one."""
        found = self.raw.pop(key, None) or []
        blocks = found if isinstance(found, list) else [found]
        return [Fields(one, self._path(key), self.told) for one in blocks]

    def seconds(self, key: str, default: float) -> float:
        """A duration: "1m30s"; a number counts in seconds."""
        return seconds(self.take(key, default), self._path(key))

    def number(self, key: str, default: float) -> float:
        """A number, also one in quotation marks."""
        value = self.take(key, default)
        try:
            return float(value)
        except (TypeError, ValueError):
            raise NotUnderstood(f"{self._path(key)}: {value!r} is no number") from None

    def noted(self, *keys: str, why: str) -> None:
        """Fields that are known and have no effect here."""
        self.told.extend(f"{self._path(key)}: {why}" for key in keys if self.take(key) is not None)

    def close(self) -> None:
        """Tell of what is left."""
        self.told.extend(f"{self._path(key)}: not supported here, left out" for key in self.raw)
        self.raw.clear()


def seconds(value: Any, place: str = "a duration") -> float:
    """A duration of Go or Compose in seconds. Raises NotUnderstood."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = str(value).strip()
    if not text or PART.sub("", text):
        raise NotUnderstood(f"{place}: {value!r} is no duration")
    return sum(float(amount) * UNITS[unit] for amount, unit in PART.findall(text))


def mebibytes(value: Any, place: str = "memory") -> int:
    """An amount of memory as Compose writes it: "128M". Raises NotUnderstood."""
    found = SIZE.fullmatch(str(value).strip())
    if not found:
        raise NotUnderstood(f"{place}: {value!r} is no amount of memory")
    return round(float(found[1]) * MEBIBYTES[found[2].lower()])


def variables(raw: Any, place: str) -> dict[str, str]:
    """Environment variables, written as fields or as a list of "NAME=value"."""
    if isinstance(raw, list):
        raw = dict(line.partition("=")[::2] for line in map(str, raw))
    if not isinstance(raw or {}, Mapping):
        raise NotUnderstood(f"{place}: expected variables, found {raw!r}")
    return {str(name): "" if value is None else str(value) for name, value in (raw or {}).items()}
