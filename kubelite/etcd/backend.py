"""What the API server asks of a store, and the records they exchange.

Narrow on purpose: whatever offers these few calls (memory today, a file or a real etcd later)
can hold a cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec


class KeyValue(msgspec.Struct, frozen=True, gc=False):
    """One version of one key. Revisions count transactions of the whole store; ``version``
    counts the writes of this key since it was last created.
    """

    key: str
    value: Any
    create_revision: int
    mod_revision: int
    version: int
    lease: int = 0


class Change(msgspec.Struct, frozen=True, gc=False):
    """One key's part of one transaction. ``current`` is None when the key was deleted."""

    revision: int
    key: str
    current: KeyValue | None
    previous: KeyValue | None


class Compare(NamedTuple):
    """A condition on one key: ``field`` is mod_revision, create_revision, version or value;
    ``test`` is "=", "!=", "<" or ">". An absent key has revision and version 0; of its value
    nothing is true.
    """

    key: str
    field: str
    test: str
    operand: Any


class Put(NamedTuple):
    """Write ``value`` under ``key``, held by ``lease`` if that is not 0."""

    key: str
    value: Any
    lease: int = 0


class Delete(NamedTuple):
    """Remove ``key``; removing what is absent changes nothing."""

    key: str


Operation = Put | Delete


class RevisionMismatchError(Exception):
    """A conditional write found another version than it expected. ``current`` is what is there."""

    def __init__(self, key: str, expected: int, current: KeyValue | None):
        found = current.mod_revision if current else 0
        super().__init__(f"{key}: expected revision {expected}, found {found}")
        self.current = current


class CompactedError(Exception):
    """The revision asked for has been compacted away. ``compacted`` is the oldest that is gone."""

    def __init__(self, revision: int, compacted: int):
        super().__init__(
            f"revision {revision} has been compacted; the oldest kept is after {compacted}"
        )
        self.compacted = compacted


class FutureRevisionError(Exception):
    """A read asked for a revision that has not happened yet."""


class LeaseNotFoundError(Exception):
    """A key was to be held by a lease that has ended or never was."""


class StoreError(Exception):
    """A store on a disk cannot be opened, or cannot go on; the text says what to do next."""


class Backend(Protocol):
    """A multi-version store."""

    @property
    def revision(self) -> int:
        """The revision of the latest transaction."""
        ...

    @property
    def compacted(self) -> int:
        """Reads before this revision are refused."""
        ...

    def get(self, key: str) -> KeyValue | None:
        """The current version of ``key``."""
        ...

    def range(
        self, prefix: str, *, after: str = "", limit: int = 0, revision: int = 0
    ) -> list[KeyValue]:
        """Versions of all keys under ``prefix`` that sort after ``after``, in key order.

        At ``revision`` if given. Raises CompactedError or FutureRevisionError.
        """
        ...

    def stale(self, key: str) -> bool:
        """Whether ``key`` is to be written anew even with the value it has."""
        ...

    def put(self, key: str, value: Any, expected: int | None = None, lease: int = 0) -> KeyValue:
        """Write one key. With ``expected``, only over that mod_revision (0: only if absent)."""
        ...

    def delete(self, key: str, expected: int | None = None) -> KeyValue | None:
        """Remove one key and return what was there."""
        ...

    def txn(
        self,
        compares: Sequence[Compare],
        success: Sequence[Operation],
        failure: Sequence[Operation],
    ) -> bool:
        """Do ``success`` if every comparison holds, else ``failure``; all at one revision."""
        ...

    def changes(self, since: int, until: int = 0) -> Sequence[Change]:
        """Every change after revision ``since``, up to ``until``. Raises CompactedError."""
        ...

    def subscribe(self, deliver: Callable[[Change], None]) -> Callable[[], None]:
        """Call ``deliver`` with each change from now on; the answer ends the subscription."""
        ...

    def grant(self, deadline: int) -> int:
        """A new lease that ends at ``deadline`` (microseconds)."""
        ...

    def expire(self, now: int) -> int | None:
        """End leases that are due, deleting their keys; return the next deadline, if any."""
        ...

    def compact(self, revision: int) -> None:
        """Forget versions that were already replaced at ``revision``."""
        ...


class Durable(Backend, Protocol):
    """A store that outlives the process.

    Besides objects it keeps notes: what a cluster has to know of itself to come back. They are
    no keys, make no revisions and are seen by nobody else.
    """

    def keep_time(self, now: Callable[[], int]) -> None:
        """Date writes by ``now`` (microseconds)."""
        ...

    @property
    def moment(self) -> int:
        """When it was last written, or closed; 0 for a new store."""
        ...

    def writes(self) -> Iterator[tuple[int, Change]]:
        """Every change that is kept, oldest first, with its moment."""
        ...

    def reread(self, read: Callable[[str, bytes, int], Any]) -> None:
        """Read again what could not be read without knowing the kinds that are defined."""
        ...

    def note(self, name: str, body: bytes) -> None:
        """Keep a note, in the place of any of that name."""
        ...

    def noted(self, name: str) -> bytes:
        """A note; nothing if there is none."""
        ...

    def entropy(self, count: int) -> bytes:
        """Bytes that no run repeats: nonces must not, as long as their keys are in use."""
        ...

    def close(self) -> None:
        """Leave it to others. What was acknowledged is there even without this."""
        ...
