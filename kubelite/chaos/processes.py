"""Work on all the cores of a machine: a door to processes, and to the processor's clock.

What is done in a process is a function of its item alone, so the number of processes changes
nothing but the time it takes.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from time import process_time
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 4
"""So many items are handed to each process in advance: it must never wait, nor pile up results."""


def in_order(
    work: Callable[[Item], Result], items: Sequence[Item], jobs: int
) -> Iterator[tuple[Result, float]]:
    """``work`` on each item, in their order, with the seconds of processor time that it took.

    With one job in this process; with more each in a process of its own.
    """
    timed = partial(_timed, work)
    if jobs == 1:
        yield from map(timed, items)
        return
    pool = ProcessPoolExecutor(jobs, initializer=_leave_interrupts_to_the_parent)
    try:
        waiting: list[Future[tuple[Result, float]]] = []
        for item in items:
            waiting.append(pool.submit(timed, item))
            if len(waiting) >= jobs * AHEAD:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _timed(work: Callable[[Item], Result], item: Item) -> tuple[Result, float]:
    began = process_time()
    return work(item), process_time() - began


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
