"""Sorting as Go's ``sort.Sort`` does, down to the order of what compares as equal.

kubectl sorts events by whole seconds, and Go's sort is not stable: which of two events of one
second comes first is settled by the algorithm, and so it has to be the same one.
Models ``sort.Sort`` of Go since 1.19: pattern-defeating quicksort.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")

_FEW = 12  # so many are sorted by insertion
_MANY = 50  # from here on pivots are sought among nine, and small disorder is mended
_MENDED = 5
_ALL_SWAPPED = 12
_WORD = (1 << 64) - 1


def go_sorted(values: Iterable[T], key: Callable[[T], Any]) -> list[T]:
    """The values in the order Go would leave them in."""
    sorting = _Sorting([(key(value), value) for value in values])
    count = len(sorting.items)
    sorting.sort(0, count, count.bit_length())
    return [value for _, value in sorting.items]


class _Sorting:
    """A list of keys and values on its way; ranges are from ``a`` up to but without ``b``."""

    def __init__(self, items: list[tuple[Any, Any]]) -> None:
        self.items = items

    def less(self, i: int, j: int) -> bool:
        return bool(self.items[i][0] < self.items[j][0])

    def swap(self, i: int, j: int) -> None:
        self.items[i], self.items[j] = self.items[j], self.items[i]

    def sort(self, a: int, b: int, limit: int) -> None:
        balanced = partitioned = True
        while (length := b - a) > _FEW:
            if limit == 0:
                self._by_heap(a, b)
                return
            if not balanced:
                self._break_patterns(a, b)
                limit -= 1
            pivot, swaps = self._pivot(a, b)
            if swaps == _ALL_SWAPPED:
                self.items[a:b] = self.items[a:b][::-1]
                pivot, swaps = (b - 1) - (pivot - a), 0
            if balanced and partitioned and swaps == 0 and self._mend(a, b):
                return
            if a > 0 and not self.less(a - 1, pivot):
                a = self._part_equal(a, b, pivot)
                continue
            middle, partitioned = self._part(a, b, pivot)
            left, right = middle - a, b - middle
            balanced = min(left, right) >= length // 8
            if left < right:
                self.sort(a, middle, limit)
                a = middle + 1
            else:
                self.sort(middle + 1, b, limit)
                b = middle
        self._by_insertion(a, b)

    def _by_insertion(self, a: int, b: int) -> None:
        for i in range(a + 1, b):
            self._sink(i, a)

    def _sink(self, i: int, least: int) -> None:
        """Swap an item to the left as long as it is less than its neighbour."""
        while i > least and self.less(i, i - 1):
            self.swap(i, i - 1)
            i -= 1

    def _mend(self, a: int, b: int) -> bool:
        """Whether the range is sorted, or is so once a few neighbours have changed places."""
        i = a + 1
        for _ in range(_MENDED):
            while i < b and not self.less(i, i - 1):
                i += 1
            if i == b:
                return True
            if b - a < _MANY:
                return False
            self.swap(i, i - 1)
            if i - a >= 2:
                self._sink(i - 1, 0)
            if b - i >= 2:
                j = i + 1
                while j < b and self.less(j, j - 1):
                    self.swap(j, j - 1)
                    j += 1
        return False

    def _break_patterns(self, a: int, b: int) -> None:
        """Swap three items of the middle with some that look as if drawn by lot."""
        length = random = b - a
        around = a + length // 4 * 2 - 1
        for i in range(3):
            random ^= random << 13 & _WORD
            random ^= random >> 7
            random ^= random << 17 & _WORD
            other = random & ((1 << length.bit_length()) - 1)
            self.swap(around + i, a + (other - length if other >= length else other))

    def _pivot(self, a: int, b: int) -> tuple[int, int]:
        """A middling item, and how many of those looked at were out of order."""
        quarter = (b - a) // 4
        swaps = 0
        places = [a + quarter, a + 2 * quarter, a + 3 * quarter]
        if b - a >= _MANY:
            found = [self._median(at - 1, at, at + 1) for at in places]
            places, swaps = [at for at, _ in found], sum(more for _, more in found)
        middle, more = self._median(*places)
        return middle, swaps + more

    def _median(self, a: int, b: int, c: int) -> tuple[int, int]:
        swaps = 0
        if self.less(b, a):
            swaps, a, b = swaps + 1, b, a
        if self.less(c, b):
            swaps, b, c = swaps + 1, c, b
        if self.less(b, a):
            swaps, a, b = swaps + 1, b, a
        return b, swaps

    def _part(self, a: int, b: int, pivot: int) -> tuple[int, bool]:
        """Less than the pivot to its left, the others to its right; whether they were so."""
        self.swap(a, pivot)
        i, j, first = a + 1, b - 1, True
        while True:
            while i <= j and self.less(i, a):
                i += 1
            while i <= j and not self.less(j, a):
                j -= 1
            if i > j:
                self.swap(j, a)
                return j, first
            self.swap(i, j)
            i, j, first = i + 1, j - 1, False

    def _part_equal(self, a: int, b: int, pivot: int) -> int:
        """Equal to the pivot to the left; where those begin that are greater."""
        self.swap(a, pivot)
        i, j = a + 1, b - 1
        while True:
            while i <= j and not self.less(a, i):
                i += 1
            while i <= j and self.less(a, j):
                j -= 1
            if i > j:
                return i
            self.swap(i, j)
            i, j = i + 1, j - 1

    def _by_heap(self, a: int, b: int) -> None:
        count = b - a
        for root in range((count - 1) // 2, -1, -1):
            self._sift(a, root, count)
        for last in range(count - 1, -1, -1):
            self.swap(a, a + last)
            self._sift(a, 0, last)

    def _sift(self, first: int, root: int, count: int) -> None:
        while (child := 2 * root + 1) < count:
            if child + 1 < count and self.less(first + child, first + child + 1):
                child += 1
            if not self.less(first + root, first + child):
                return
            self.swap(first + root, first + child)
            root = child
