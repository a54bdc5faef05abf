"""What all verbs that change something share: dry runs, field managers, saying what was done."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from kubelite.apimachinery import strict
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import to_dict
from kubelite.kubectl import output
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import SWITCH, TEXT, Flag, Given
from kubelite.kubectl.gotext import json_text
from kubelite.kubectl.result import CommandError

Document = dict[str, Any]

NONE, CLIENT, SERVER = "none", "client", "server"
DRY_RUN = Flag("dry-run", TEXT, NONE, alone="unchanged")
VALIDATE = Flag("validate", TEXT, "strict", alone="strict")
SAVE_CONFIG = Flag("save-config", SWITCH)
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

_AFTER = {NONE: "", CLIENT: " (dry run)", SERVER: " (server dry run)"}
_VALIDATION = {
    **dict.fromkeys(("strict", "true", ""), "Strict"),
    "warn": "Warn",
    **dict.fromkeys(("ignore", "false"), "Ignore"),
}


def managed_by(name: str) -> Flag:
    """The flag that says in whose name fields are managed."""
    return Flag("field-manager", TEXT, name)


def dry_run(client: Client, given: Given) -> str:
    """ "none", "client" or "server". Raises CommandError."""
    asked = given["dry-run"]
    if asked in (NONE, CLIENT, SERVER):
        return str(asked)
    if asked == "unchanged" or asked in ("true", "false"):
        meant = NONE if asked == "false" else CLIENT
        said = "--dry-run" if asked == "unchanged" else f"--dry-run={asked}"
        client.warn(f"{said} is deprecated and can be replaced with --dry-run={meant}.")
        return meant
    raise CommandError(f'Invalid dry-run value ({asked}). Must be "none", "server", or "client".')


def after(operation: str, mode: str) -> str:
    """What was done, and whether it only seems so."""
    return operation + _AFTER[mode]


def options(given: Given, mode: str) -> dict[str, Any]:
    """The options of a write that follow from flags. Raises CommandError."""
    asked = given.get("validate", "strict")
    if asked not in _VALIDATION:
        raise CommandError(
            f"invalid - validate option {json.dumps(asked)}; "
            "must be one of: strict (or true), warn, ignore (or false)"
        )
    found: dict[str, Any] = {"dry_run": mode == SERVER, "field_validation": _VALIDATION[asked]}
    if "field-manager" in given.flags:
        found["field_manager"] = given["field-manager"]
    return found


def warned(client: Client, kind: Kind, body: Document, wanted: dict[str, Any]) -> None:
    """Say what a strict server would have refused."""
    if wanted.get("field_validation") == "Warn" and not kind.defined:
        for problem in strict.strict_errors(kind.type, body):
            client.warn(f"Warning: {problem}")


def create(
    client: Client, given: Given, kind: Kind, body: Document, place: str, mode: str
) -> Document:
    """Create an object, unless that is left to the imagination; how it is then."""
    if given.get("save-config", False):
        body = with_last_applied(body)
    if mode == CLIENT:
        return body
    wanted = options(given, mode)
    warned(client, kind, body, wanted)
    created: Document = to_dict(client.create(kind, body, place, **wanted))
    return created


def printer(client: Client, given: Given, mode: str) -> Callable[[Document, str], None]:
    """Print an object, and what was done to it."""
    made: dict[str, output.Printer] = {}

    def write(plain: Document, operation: str) -> None:
        if operation not in made:
            made[operation] = output.printer(client, given, after(operation, mode))
        client.write(made[operation](plain))

    if output.format_of(given) not in ("", "name"):
        shared = output.printer(client, given)
        return lambda plain, _: client.write(shared(plain))
    return write


def with_last_applied(body: Document) -> Document:
    """The object with a copy of itself in the annotation that apply looks at."""
    meta = body.get("metadata") or {}
    notes = dict(meta.get("annotations") or {})
    notes.pop(LAST_APPLIED, None)
    plain = body | {"metadata": meta | {"annotations": notes}}
    notes = notes | {LAST_APPLIED: json_text(plain) + "\n"}
    return body | {"metadata": meta | {"annotations": notes}}
