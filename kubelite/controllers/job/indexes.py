"""Lists of completion indexes, as intervals: "0-2,5" is ((0, 2), (5, 5)).

Models pkg/controller/job/indexed_job_utils.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from kubelite.api.batch_v1 import COMPLETION_INDEX
from kubelite.api.core_v1 import Pod

Intervals = tuple[tuple[int, int], ...]

UNKNOWN = -1


def parse(text: str, completions: int) -> Intervals:
    """Read a list; what cannot be read or is out of range is left out."""
    found: list[tuple[int, int]] = []
    for part in text.split(",") if text else ():
        low, dash, high = part.partition("-")
        if not low.isdigit() or (dash and not high.isdigit()):
            continue
        first = int(low)
        if first >= completions:
            break
        found.append((first, min(int(high) if dash else first, completions - 1)))
    return merged(found)


def merged(intervals: Iterable[tuple[int, int]]) -> Intervals:
    """In order, without overlaps, neighbours joined."""
    result: list[tuple[int, int]] = []
    for first, last in sorted(intervals):
        if result and first <= result[-1][1] + 1:
            result[-1] = result[-1][0], max(result[-1][1], last)
        else:
            result.append((first, last))
    return tuple(result)


def union(intervals: Intervals, indexes: Iterable[int]) -> Intervals:
    """With these indexes too."""
    return merged((*intervals, *((index, index) for index in indexes)))


def total(intervals: Intervals) -> int:
    """How many indexes."""
    return sum(last - first + 1 for first, last in intervals)


def has(intervals: Intervals, index: int) -> bool:
    """Whether the index is in the list."""
    return any(first <= index <= last for first, last in intervals)


def overlap(one: Intervals, other: Intervals) -> int:
    """How many indexes are in both."""
    return sum(
        max(min(last, end) - max(first, start) + 1, 0)
        for first, last in one
        for start, end in other
    )


def text(intervals: Intervals) -> str:
    """As the status shows them: "0,1,3-5"."""
    parts = []
    for first, last in intervals:
        between = "," if last == first + 1 else "-"
        parts.append(str(first) if first == last else f"{first}{between}{last}")
    return ",".join(parts)


def first_missing(intervals: Intervals, count: int, completions: int) -> list[int]:
    """The lowest ``count`` indexes below ``completions`` that are not in the list."""
    result: list[int] = []
    candidate = 0
    for first, last in (*intervals, (completions, completions)):
        end = min(first, completions, candidate + count - len(result))
        result.extend(range(candidate, end))
        candidate = max(candidate, last + 1)
    return result


def of_pod(pod: Pod) -> int:
    """The pod's completion index, or UNKNOWN."""
    return number(pod.metadata.annotations.get(COMPLETION_INDEX, ""), UNKNOWN)


def number(value: str, otherwise: int = 0) -> int:
    """A number that somebody wrote into an annotation."""
    good = value.isascii() and value.isdigit() and len(value) <= 10
    return int(value) if good and int(value) < 2**31 else otherwise
