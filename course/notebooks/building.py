"""Several notebooks at once: each in its own process, one progress bar over all cells."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from queue import Empty
from typing import Any, NamedTuple

from tqdm import tqdm

from course.notebooks.build import build, from_source

LOOK = 0.2
"""Seconds between two looks at how far the others are."""

_ticks: Any = None


class Built(NamedTuple):
    """One notebook's text, or what went wrong, and how many seconds it took."""

    source: Path
    text: str
    seconds: float
    failure: str = ""


def build_all(sources: list[Path], target_of: Callable[[Path], Path], jobs: int) -> Iterator[Built]:
    """Build ``sources``, ``jobs`` at a time, the longest first; each as soon as it is done."""
    sizes = {source: len(from_source(source).cells) for source in sources}
    spawning = multiprocessing.get_context("spawn")
    ticks = spawning.Queue()
    pool = ProcessPoolExecutor(
        min(jobs, len(sources)), mp_context=spawning, initializer=_remember, initargs=(ticks,)
    )
    with tqdm(total=sum(sizes.values()), desc="notebooks", unit="cell", disable=None) as bar, pool:
        longest = sorted(sources, key=lambda source: -sizes[source])
        running = {pool.submit(_one, source, target_of(source)) for source in longest}
        while running:
            done, running = wait(running, timeout=LOOK, return_when=FIRST_COMPLETED)
            bar.update(_waiting(ticks))
            yield from map(Future.result, done)


def _remember(ticks: Any) -> None:
    """Called once in each process: where to tell that a cell is done."""
    global _ticks
    _ticks = ticks


def _one(source: Path, target: Path) -> Built:
    start = time.perf_counter()
    try:
        text = build(source, target, lambda *_: _ticks.put(1))
    except Exception as problem:  # the others go on, and the reason is told
        return Built(
            source, "", time.perf_counter() - start, f"{type(problem).__name__}: {problem}"
        )
    return Built(source, text, time.perf_counter() - start)


def _waiting(ticks: Any) -> int:
    """How many cells were done since the last look."""
    count = 0
    while True:
        try:
            ticks.get_nowait()
        except Empty:
            return count
        count += 1
