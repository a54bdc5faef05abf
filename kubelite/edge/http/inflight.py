"""How many requests may be under way at once: so many that read, so many that write.

Watches and everything else that has no end are not counted; each of them needs a connection of
its own, and those have a limit. One user gets no more than half of all places, so that one client
that sends its bodies slowly leaves room for others.
Models k8s.io/apiserver/pkg/server/filters/maxinflight.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kubelite.sim import limits

READING = ("GET", "HEAD")


class Crowded(Exception):
    """One request too many; the client may try again in a second."""

    def __init__(self) -> None:
        super().__init__("Too many requests, please try again later.")


class InFlight:
    """Counts the requests that are under way."""

    def __init__(self) -> None:
        self._all = {True: 0, False: 0}  # of those that read, and of those that write
        self._of: dict[tuple[bool, str], int] = {}

    @contextmanager
    def place(self, method: str, user: str) -> Iterator[None]:
        """A place for one request. Raises Crowded when there is none."""
        reads = method in READING
        most = limits.READS_IN_FLIGHT if reads else limits.WRITES_IN_FLIGHT
        mine = self._of.get((reads, user), 0)
        if self._all[reads] >= most or mine >= max(1, most // 2):
            raise Crowded
        self._all[reads] += 1
        self._of[reads, user] = mine + 1
        try:
            yield
        finally:
            self._all[reads] -= 1
            self._of[reads, user] -= 1
            if not self._of[reads, user]:
                del self._of[reads, user]
