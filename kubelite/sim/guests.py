"""Code that is not the engine's: whose it is, what went wrong in it, and how that is told.

Controllers, plugins, images, probe handlers, clouds and logging drivers of a learner run inside
the cluster's own loop. What one of them raises is caught where the engine called it, becomes a
``Mishap``, and is told with the method, the line and what to do next; everything else goes on.
The engine's own faults are nobody's mishap: they are raised.

Models the recovery of panics in sigs.k8s.io/controller-runtime/pkg/internal/controller.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import FunctionType, MethodType, TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

if TYPE_CHECKING:
    from kubelite.sim.clock import Clock

ENGINE = __name__.partition(".")[0]
LIBRARIES = frozenset({ENGINE, "celpy", "cel", "msgspec", "yaml", *sys.stdlib_module_names})
"""Whose frames and classes are never a guest's: the engine's, and what it calls itself."""

NOBODY = ("", "", "")
_CALLED = (MethodType, FunctionType)


class MishapWarning(UserWarning):
    """A learner's own code failed inside the cluster, and the cluster went on."""


class StoppedError(BaseException):
    """Raised in a guest's line that has kept everybody waiting (by the edge's watchdog).

    No Exception, so that ``except Exception`` in an endless loop does not swallow it.
    """


class NonsenseError(TypeError):
    """What a guest returned, or handed over, cannot be used; the text says what is expected."""


class Mishap(NamedTuple):
    """One failure of a guest.

    ``who`` is class and method; ``line`` the number of the line that failed and ``text`` what
    stands there (or where the method begins, and ""); 0 if nobody knows; ``problem`` what was
    raised; ``advice`` what to do next; ``subject`` the object concerned, if one is known;
    ``traceback`` the guest's part of it.
    """

    who: str
    problem: str
    advice: str = ""
    line: int = 0
    text: str = ""
    file: str = ""
    subject: tuple[str, str, str] = NOBODY
    traceback: str = ""

    @property
    def where(self) -> str:
        """Line and what went wrong there."""
        line = f"line {self.line}" if self.line else ""
        code = f" ({self.text})" if self.text else ""
        return f"{line}{code}: {self.problem}" if line else self.problem

    @property
    def cause(self) -> str:
        """Who, where and what: enough to find it again, the same in every run."""
        return f"{self.who}{', ' if self.line else ': '}{self.where}"

    def __str__(self) -> str:
        return f"{self.cause}. {self.advice}" if self.advice else self.cause


def foreign(thing: Any) -> bool:
    """Whether a class, a function or an object comes from outside the engine."""
    if type(thing) in _CALLED:  # which say at once where they come from, and are asked of most
        return _outside(thing.__module__)
    thing = getattr(thing, "func", thing)  # functools.partial
    thing = getattr(thing, "__func__", thing)
    module = getattr(thing, "__module__", None) or type(thing).__module__
    return _outside(str(module))


@lru_cache
def _outside(module: str) -> bool:
    return module.partition(".")[0] not in LIBRARIES


def frames(error: BaseException) -> Iterator[TracebackType]:
    """The guest's part of a traceback, outermost first: code of whoever was called first."""
    owner, step = "", error.__traceback__
    while step is not None:
        module = str(step.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
        if not owner and module not in LIBRARIES:
            owner = module
        if module == owner:
            yield step
        step = step.tb_next


def mishap(
    error: BaseException,
    owner: Any = None,
    method: str = "",
    advice: str = "",
    subject: tuple[str, str, str] = NOBODY,
) -> Mishap:
    """What went wrong in a guest. Raises ``error`` itself where it is none of a guest's.

    ``owner`` is the guest that was called, ``method`` what of it. The stop key is never kept
    from whoever pressed it.
    """
    found = list(frames(error))
    if isinstance(error, KeyboardInterrupt) or not (found or foreign(owner)):
        raise error
    who = _name(owner, method)
    if not found:
        code = getattr(getattr(owner, method, owner), "__code__", None)
        if code is None:
            return Mishap(who, _problem(error), advice, subject=subject)
        line, file = code.co_firstlineno, code.co_filename
        return Mishap(who, _problem(error), advice, line, "", file, subject)
    last = found[-1]
    return Mishap(
        who or _name(last.tb_frame.f_code, ""),
        _problem(error),
        advice,
        last.tb_lineno,
        _text(last),
        last.tb_frame.f_code.co_filename,
        subject,
        traceback_of(error),
    )


def traceback_of(error: BaseException) -> str:
    """The guest's part of the traceback as Python prints it, without folders of this machine."""
    told = ["Traceback (most recent call last):"]
    for step in list(frames(error))[-20:]:
        code = step.tb_frame.f_code
        module = str(step.tb_frame.f_globals.get("__name__", "")).rpartition(".")[2]
        told.append(f'  File "{module}.py", line {step.tb_lineno}, in {code.co_name}')
        if text := _text(step):
            told.append(f"    {text}")
    return "\n".join([*told, _problem(error)]) + "\n"


def contain(clock: Clock, error: BaseException, *about: Any, **more: Any) -> Mishap:
    """A mishap (arguments as for ``mishap``), reported to whoever looks after the cluster."""
    found = mishap(error, *about, **more)
    clock.report(found)
    return found


def guarded(
    function: Callable[..., Any], clock: Clock, advice: str = "", default: Any = None
) -> Callable[..., Any]:
    """``function``; a guest's is called so that what it raises is told, and gives ``default``."""
    if not foreign(function):
        return function

    def call(*args: Any) -> Any:
        try:
            return function(*args)
        except BaseException as error:
            contain(clock, error, function, advice=advice)
            return default

    return call


def announce(found: Mishap, more: str = "") -> None:
    """Warn, in the place of the guest's line."""
    place = (found.file or ENGINE, found.line or 1)
    warnings.warn_explicit(f"{found}{more}", MishapWarning, *place, registry={})


def nonsense(text: str) -> NoReturn:
    """Refuse what a guest has given. Raises NonsenseError."""
    raise NonsenseError(text)


def shown(value: Any) -> str:
    """A value as errors show it: its type, and a little of what it says of itself."""
    try:
        told = repr(value)
    except Exception:
        return f"an object of {type(value).__name__}"
    if value is None or value is True or value is False:
        return told
    return f"{type(value).__name__} {told if len(told) <= 80 else told[:77] + '...'}"


def _name(owner: Any, method: str) -> str:
    """Such as Diary.sync or Diary.__init__.<lambda>, without the functions these were made in."""
    if owner is None:
        return method
    named = owner if hasattr(owner, "__qualname__") else type(owner)
    *outer, last = getattr(owner, "co_qualname", named.__qualname__).split(".<locals>.")
    if last.startswith("<") and outer:
        last = f"{outer[-1]}.{last}"
    return f"{last}.{method}" if method else last


def _problem(error: BaseException) -> str:
    try:
        said = str(error)
    except Exception:
        said = "(its text cannot be read)"
    if isinstance(error, NonsenseError | StoppedError):
        return said
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _text(step: TracebackType) -> str:
    import linecache  # only when something has gone wrong

    frame = step.tb_frame
    return linecache.getline(frame.f_code.co_filename, step.tb_lineno, frame.f_globals).strip()
