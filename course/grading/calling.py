"""Calling what a learner wrote: a function of an answer cell, wherever it lives.

``Local`` calls it in this interpreter, for ``check()`` in the learner's own notebook. ``Remote``
calls it over a pipe in the sandbox, for the grader. Both speak the same JSON, so what holds in
one holds in the other, and a check cannot tell them apart:

    actions = plan(owner=..., owned=[...], now=12)     # plain values both ways
    store = Store()                                    # a class: a handle to the object made
    revision = store.put("/a", "1")
    operate(kubectl=handler)                           # the answer may ask the handler

The messages are written down in ``answer_process``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from course.grading.answer_process import Calls
from course.grading.sandbox import Conversation, Limits, SandboxError

CALLS = 200_000
"""How often one check may call an answer."""

SERVING = Limits(cpu_seconds=20, wall_seconds=60.0)
"""What an answer that is called may use in all."""


class AnswerError(Exception):
    """A learner's function gave no usable answer; the text is a sentence for its owner."""


Handler = Callable[..., Any]
"""handler(verb, *args) answers what a learner's code asks through a handle."""


class Speaker(Protocol):
    """The other end: takes one message and gives the reply to it."""

    def say(self, job: dict[str, Any], handlers: Mapping[str, Handler]) -> dict[str, Any]:
        """The reply to a call; what is asked on the way goes to the handlers."""
        ...


class Function:
    """A learner's function or class as a check meets it. Raises AnswerError."""

    def __init__(self, name: str, speaker: Speaker, number: int = 0):
        self.name = name
        self.calls = 0
        self._speaker = speaker
        self._number = number

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it with plain values; callables among ``kwargs`` become handles."""
        return self._call("", args, kwargs)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_"):
            raise AttributeError(method)
        return lambda *args, **kwargs: self._call(method, args, kwargs)

    def _call(self, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self.calls += 1
        if self.calls > CALLS:
            raise AnswerError(f"`{self.name}` was called more than {CALLS:,} times.")
        handlers = {name: kwargs.pop(name) for name in list(kwargs) if callable(kwargs[name])}
        job: dict[str, Any] = {"call": self._number, "method": method}
        job |= {"args": args, "kwargs": kwargs, "handles": list(handlers)}
        reply = self._speaker.say(job, handlers)
        if "error" in reply:
            raise AnswerError(str(reply["error"]))
        if "object" in reply:
            return Function(self.name, self._speaker, reply["object"])
        return reply.get("value")


class Local:
    """Calls a function of this interpreter, through the same messages."""

    def __init__(self, name: str, target: Any):
        self._calls = Calls(name, target, self._ask)
        self._handlers: Mapping[str, Handler] = {}

    def say(self, job: dict[str, Any], handlers: Mapping[str, Handler]) -> dict[str, Any]:
        """Call it."""
        self._handlers = handlers
        return self._calls.do(json.loads(json.dumps(job)))

    def _ask(self, question: list[Any]) -> dict[str, Any]:
        return answered(self._handlers, question)


class Remote:
    """Calls a function in the sandbox. It ends with ``close``."""

    def __init__(self, name: str, cell: str, limits: Limits = SERVING):
        self._conversation = Conversation(name, cell, limits)
        self.kind = self._conversation.kind
        self.ended = False

    def say(self, job: dict[str, Any], handlers: Mapping[str, Handler]) -> dict[str, Any]:
        """Call it over the pipe."""
        try:
            reply = self._conversation.exchange(job)
            while "ask" in reply:
                reply = self._conversation.exchange(answered(handlers, reply["ask"]))
            return reply
        except SandboxError as problem:
            self.ended = True
            return {"error": str(problem)}

    def close(self) -> None:
        """End the process."""
        self._conversation.close()


def answered(handlers: Mapping[str, Handler], question: Any) -> dict[str, Any]:
    """What a handler says to a question, as a message."""
    try:
        name, verb, *args = question
        return {"value": handlers[name](verb, *args)}
    except (AnswerError, ValueError, TypeError, KeyError, LookupError) as problem:
        return {"error": str(problem)}


def callable_here(name: str, value: Any) -> Any:
    """An answer of this interpreter as a check takes it: functions are wrapped."""
    return Function(name, Local(name, value)) if callable(value) else value
