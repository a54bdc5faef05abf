"""``kubectl wait``: let time pass until objects are as wanted.

Models pkg/cmd/wait.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.apimachinery.errors import StatusError, go_quote
from kubelite.apimachinery.struct import to_dict
from kubelite.apimachinery.times import SECOND
from kubelite.kubectl import output, writing
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import DURATION, EACH, SWITCH, Flag, Given
from kubelite.kubectl.gotext import plain
from kubelite.kubectl.jsonpath import JSONPath, PathError
from kubelite.kubectl.resources import EVERY_NAMESPACE, FILES, SELECTOR, Info, built
from kubelite.kubectl.result import CommandError, Failures
from kubelite.kubectl.sorting import relaxed

FLAGS = (
    *FILES,
    *output.FLAGS,
    SELECTOR,
    EVERY_NAMESPACE,
    Flag("all", SWITCH),
    Flag("field-selector"),
    Flag("for", EACH),
    Flag("local", SWITCH),
    Flag("timeout", DURATION, 30.0),
)
_WEEK = 168 * 3600.0
_TIMED_OUT = "timed out waiting for the condition"

Test = Callable[[dict[str, Any]], bool]


def wait(client: Client, given: Given) -> None:
    """Wait for a condition of objects, for a value in them, or for their end."""
    asked = given["for"][-1] if given["for"] else ""
    test = _read(asked)
    seconds = given["timeout"]
    seconds = _WEEK if seconds < 0 else seconds
    write = writing.printer(client, given, writing.NONE)
    if asked == "create":
        _created(client, given, seconds, write)
        return
    builder = built(client, given, latest=True)
    try:
        infos = builder.all()
    except Failures as failures:
        infos = _without_missing(builder.infos, failures, asked)
        if not infos:
            return
    if not infos and asked != "delete":
        raise CommandError("no matching resources found")
    deadline = client.now + round(seconds * SECOND)
    errors: list[Exception] = []
    for info in infos:
        try:
            write(_awaited(client, info, test, deadline, asked), "condition met")
        except CommandError as error:
            errors.append(error)
    if errors:
        raise Failures(errors)


def _without_missing(infos: list[Info], failures: Failures, asked: str) -> list[Info]:
    """Who waits for the end of what is not there has nothing to do."""
    others = [e for e in failures.errors if not (isinstance(e, StatusError) and e.code == 404)]
    if asked != "delete" or others:
        raise failures
    return infos


def _read(asked: str) -> Test | None:
    """What ``--for`` means; None for an object's end. Raises CommandError."""
    if not asked:
        raise CommandError("unrecognized condition: []")
    word, equals, rest = asked.partition("=")
    if asked.lower() in ("delete", "create"):
        return None
    if word == "condition" and equals:
        name, _, value = rest.partition("=")
        return _condition(name, value or "true")
    if word == "jsonpath" and equals:
        return _value(rest)
    raise CommandError(f"unrecognized condition: {go_quote(asked)}")


def _condition(name: str, value: str) -> Test:
    def met(whole: dict[str, Any]) -> bool:
        for condition in (whole.get("status") or {}).get("conditions") or []:
            if condition.get("type", "").lower() != name.lower():
                continue
            if _stale(whole, condition):
                return False
            return bool(condition.get("status", "").lower() == value.lower())
        return False

    return met


def _stale(whole: dict[str, Any], condition: dict[str, Any]) -> bool:
    """Whether it speaks of an earlier generation of the object."""
    generation = whole["metadata"].get("generation")
    seen = condition.get("observedGeneration") or whole["status"].get("observedGeneration")
    return bool(generation and seen and seen < generation)


def _value(text: str) -> Test:
    path, wanted = _split(text)
    try:
        parsed = JSONPath(relaxed(path))
    except PathError as error:
        raise CommandError(str(error)) from error

    def met(whole: dict[str, Any]) -> bool:
        found = [value for values in parsed.results(whole) for value in values]
        if not found:
            return False
        if len(found) > 1:
            raise CommandError("given jsonpath expression matches more than one value")
        if isinstance(found[0], dict | list):
            raise CommandError("jsonpath leads to a nested object or list which is not supported: ")
        return wanted is None or plain(found[0]) == wanted

    return met


def _split(text: str) -> tuple[str, str | None]:
    """A path, and the value it shall lead to; an equals sign may be part of the path."""
    end = text.rfind("}") + 1
    path, equals, value = text[end:].partition("=")
    if equals and not value:
        raise CommandError("jsonpath wait has to have a value after equal sign")
    return text[:end] + path, value.strip("'\"") if equals else None


def _awaited(
    client: Client, info: Info, test: Test | None, deadline: int, asked: str
) -> dict[str, Any]:
    """The object when it is as wanted. Raises CommandError when it does not become so."""
    uid = info.obj.metadata.uid
    last = info.plain

    def done() -> bool:
        nonlocal last
        found = client.find(info.kind, info.name, info.namespace)
        if asked == "delete":
            return found is None or found.metadata.uid != uid
        if found is None or test is None:
            return False
        last = to_dict(found)
        return test(last)

    seconds = max(deadline - client.now, 0) / SECOND
    if not client.run_until(done, seconds):
        what = f"{info.kind.plural}/{info.name}"
        raise CommandError(
            f"{_TIMED_OUT} on {what}" if seconds else f"condition not met for {what}"
        )
    return last


def _created(
    client: Client, given: Given, seconds: float, write: Callable[[dict[str, Any], str], None]
) -> None:
    """Wait until they are there."""
    infos: list[Info] = []

    def there() -> bool:
        builder = built(client, given, latest=True)
        errors = builder.gathered()
        for error in errors:
            if not isinstance(error, StatusError) or error.code != 404:
                raise error
        infos[:] = builder.infos
        return not errors and bool(infos)

    if not client.run_until(there, seconds):
        raise CommandError(_TIMED_OUT)
    for info in infos:
        write(info.plain, "condition met")
