"""When Python looks for garbage: hardly ever while time passes, and at once after a run of many.

A cluster that nobody holds any more is a cycle, and a large one.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from kubelite.api.freezing import spoilt
from kubelite.sim.guests import MishapWarning

Item = TypeVar("Item")

_MANY = 1_000_000  # records; as a rule more than one run makes and keeps

_unsearched = 0


@contextmanager
def rare_collections() -> Iterator[None]:
    """While the clock runs, look for garbage ten times less often than there is much of it.

    A run makes millions of short-lived records and hardly a cycle among them; at Python's usual
    pace a tenth of its time goes into looking for cycles. What is left of a run counts as old
    without a look at it.
    """
    global _unsearched
    if changed := spoilt():
        warnings.warn(changed, MishapWarning, stacklevel=5)
    if not gc.isenabled():  # somebody else sees to it
        yield
        return
    before = gc.get_threshold()
    gc.set_threshold(10 * _MANY, *before[1:])
    try:
        yield
    finally:
        _unsearched += gc.get_count()[0]
        if not gc.get_freeze_count():
            gc.freeze()  # takes everything out of the young generations, at no cost ...
            gc.unfreeze()  # ... and puts it back into the oldest
        gc.set_threshold(*before)


def collect_dropped() -> None:
    """Before another cluster is made: look for those that were dropped, if there may be many."""
    global _unsearched
    if _unsearched > _MANY:
        _unsearched = 0
        gc.collect()


def swept(items: Iterable[Item]) -> Iterator[Item]:
    """One after the other, each with nothing left of the one before it.

    Let go of an item's cluster before asking for the next. What is older is put aside meanwhile:
    5 ms for a look at what one run of chaos has left, where a hundred at once cost 13 ms each.
    """
    usual, aside = gc.isenabled(), gc.get_freeze_count()
    gc.disable()
    try:
        for item in items:
            gc.freeze()
            yield item
            gc.collect()
    finally:
        if not aside:
            gc.unfreeze()
        if usual:
            gc.enable()
