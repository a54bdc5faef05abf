"""The shortest list of faults that still fails: delta debugging.

Models the algorithm ddmin of Zeller and Hildebrandt: try halves, then what is left without each
half, then finer parts, until no single fault can be spared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from kubelite.chaos.simulation import Run, simulate

T = TypeVar("T")

ATTEMPTS = 200
"""How many runs a list may cost."""


def shrink(run: Run, attempts: int = ATTEMPTS, **options: object) -> Run:
    """The same seed with as few faults as still break the same invariant."""
    wanted = {violation.invariant for violation in run.violations}
    best = run

    def fails(faults: Sequence[object]) -> bool:
        nonlocal best
        again = simulate(run.seed, run.scenario, faults, **options)  # type: ignore[arg-type]
        if not wanted & {violation.invariant for violation in again.violations}:
            return False
        best = again
        return True

    if fails(run.faults):
        fewest(run.faults, fails, attempts)
    return best


def fewest(items: Sequence[T], fails: Callable[[Sequence[T]], bool], attempts: int) -> Sequence[T]:
    """A part of ``items`` for which ``fails`` holds, and for no smaller part by one."""
    if items and fails(()):
        return ()
    parts = 2
    while len(items) > 1 and attempts > 0:
        size = -(-len(items) // parts)
        chunks = [items[at : at + size] for at in range(0, len(items), size)]
        for place, chunk in enumerate(chunks):
            attempts -= 1
            rest = [item for other in chunks[:place] + chunks[place + 1 :] for item in other]
            if parts == 2 and fails(chunk):
                items, parts = chunk, 2
                break
            if parts > 2 and fails(rest):
                items, parts = rest, parts - 1
                break
        else:
            if parts >= len(items):
                break
            parts = min(len(items), parts * 2)
    return items
