"""What each field is for, in our own words: ``kubectl explain`` prints them.

Lives here: one module for each module of types, with one line for each field: ``Type.field:
words``, or ``*.field: words`` for that field of every type there. A line that goes on is indented.
A field that is itself a type is described by that type's docstring and needs no line.
Must not live here: types, or anything that decides. Nothing imports this before somebody asks.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

_CONDITION = {
    "type": "What the condition is about.",
    "status": "True, False or Unknown.",
    "observedGeneration": "The generation of the object that the condition was worked out from.",
    "lastTransitionTime": "When the status last changed.",
    "lastUpdateTime": "When the condition was last written.",
    "lastProbeTime": "When the condition was last looked at.",
    "lastHeartbeatTime": "When the condition was last confirmed.",
    "reason": "Why, in one word for programs.",
    "message": "Why, in a sentence for people.",
}


def words_of(kind: type, field: str) -> str:
    """What a field (as it is written: ``podIP``) of a type is for, or ""."""
    lines = lines_of(room_of(kind))
    found = lines.get(f"{kind.__name__}.{field}") or lines.get(f"*.{field}", "")
    if not found and kind.__name__.endswith("Condition"):
        return _CONDITION.get(field, "")
    return found


def room_of(kind: type) -> str:
    """The module here that is about a type: ``core_v1_pod`` for those of ``api/core_v1/pod.py``."""
    return kind.__module__.removeprefix("kubelite.").removeprefix("api.").replace(".", "_")


@cache
def lines_of(room: str) -> dict[str, str]:
    """By ``Type.field``, the words of one module here; none about types of somebody else."""
    try:
        text: str = import_module(f"{__name__}.{room}").WORDS
    except ModuleNotFoundError:
        return {}
    whole = text.strip().replace("\n  ", " ").splitlines()
    return {place: said for place, _, said in (line.partition(": ") for line in whole)}
