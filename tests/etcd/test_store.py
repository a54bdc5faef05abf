"""The store keeps every revision. Facts from upstream's storage tests (store_tests.go)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kubelite.edge.durable import Codec, DurableStore
from kubelite.etcd.backend import (
    Change,
    CompactedError,
    Compare,
    Delete,
    FutureRevisionError,
    LeaseNotFoundError,
    Put,
    RevisionMismatchError,
)
from kubelite.etcd.mvcc import Store

NUMBERS = Codec(msgspec.json.encode, lambda key, data, revision: msgspec.json.decode(data))


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """All that is said here is true of the store in memory and of the one in a file."""
    if request.param == "memory":
        yield Store()
    else:
        store = DurableStore(tmp_path / "store.db", "process", NUMBERS)
        yield store
        store.close()


def values(found: list[Any]) -> dict[str, Any]:
    return {kv.key: kv.value for kv in found}


def test_an_empty_store_is_at_revision_one_and_each_write_takes_the_next(store: Store) -> None:
    assert store.revision == 1
    assert store.put("/a", 1).mod_revision == 2
    assert store.put("/b", 1).mod_revision == 3
    assert store.revision == 3


def test_a_key_counts_its_own_versions_and_remembers_its_creation(store: Store) -> None:
    store.put("/a", "first")
    second = store.put("/a", "second")
    assert (second.create_revision, second.mod_revision, second.version) == (2, 3, 2)
    store.delete("/a")
    again = store.put("/a", "anew")
    assert (again.create_revision, again.mod_revision, again.version) == (5, 5, 1)


def test_creating_over_something_is_refused(store: Store) -> None:
    store.put("/a", "there")
    with pytest.raises(RevisionMismatchError) as refused:
        store.put("/a", "mine", expected=0)
    assert refused.value.current == store.get("/a")
    assert (store.revision, store.get("/a").value) == (2, "there")  # type: ignore[union-attr]


def test_a_conditional_write_wants_the_revision_it_has_seen(store: Store) -> None:
    seen = store.put("/a", 1)
    store.put("/a", 2, expected=seen.mod_revision)
    with pytest.raises(RevisionMismatchError, match="/a: expected revision 2, found 3"):
        store.put("/a", 3, expected=seen.mod_revision)
    with pytest.raises(RevisionMismatchError):
        store.delete("/a", expected=seen.mod_revision)
    assert store.delete("/a", expected=3).value == 2  # type: ignore[union-attr]
    assert store.get("/a") is None


def test_removing_what_is_absent_makes_no_revision(store: Store) -> None:
    assert store.delete("/a") is None
    assert store.revision == 1


# Ranges


def test_a_range_is_in_key_order_and_only_under_its_prefix(store: Store) -> None:
    for key in ("/pods/b", "/pods/a", "/podsx/a", "/nodes/a"):
        store.put(key, key)
    assert [kv.key for kv in store.range("/pods/")] == ["/pods/a", "/pods/b"]


def test_a_key_that_is_its_own_prefix_is_not_after_itself(store: Store) -> None:
    store.put("/a", 1)
    store.put("/a/b", 1)
    for revision in (2, 3):
        after = [kv.key for kv in store.range("/a", after="/a", revision=revision)]
        assert after == ["/a/b"][: revision - 2]


def test_pages_meet_without_gap_or_overlap(store: Store) -> None:
    keys = [f"/pods/{number:02}" for number in range(7)]
    for key in keys:
        store.put(key, key)
    pages, after = [], ""
    while page := store.range("/pods/", after=after, limit=3):
        pages.append([kv.key for kv in page])
        after = page[-1].key
    assert pages == [keys[:3], keys[3:6], keys[6:]]


def test_pages_at_one_revision_do_not_see_what_comes_between(store: Store) -> None:
    for name in "abcd":
        store.put(f"/{name}", 1)
    then = store.revision
    store.delete("/c")
    store.put("/bb", 1)
    store.put("/d", 2)
    rest = store.range("/", after="/b", revision=then)
    assert [(kv.key, kv.value) for kv in rest] == [("/c", 1), ("/d", 1)]
    assert [kv.key for kv in store.range("/", after="/a", limit=1, revision=then)] == ["/b"]


def test_every_old_revision_can_be_read(store: Store) -> None:
    store.put("/a", 1)
    store.put("/b", 1)
    store.put("/a", 2)
    store.delete("/b")
    seen = [values(store.range("/", revision=r)) for r in range(1, 6)]
    assert seen == [{}, {"/a": 1}, {"/a": 1, "/b": 1}, {"/a": 2, "/b": 1}, {"/a": 2}]


def test_the_future_cannot_be_read(store: Store) -> None:
    with pytest.raises(FutureRevisionError, match="revision 2 is after 1"):
        store.range("/", revision=2)


# Transactions


def test_a_transaction_does_one_list_or_the_other_at_one_revision(store: Store) -> None:
    store.put("/a", 1)
    absent = Compare("/b", "version", "=", 0)
    assert store.txn([absent], [Put("/b", 1), Delete("/a")], [])
    assert store.revision == 3
    assert values(store.range("/")) == {"/b": 1}
    assert not store.txn([absent], [Put("/b", 2)], [Put("/c", 1)])
    assert values(store.range("/")) == {"/b": 1, "/c": 1}


@pytest.mark.parametrize(
    ("compare", "holds"),
    [
        (Compare("/a", "mod_revision", "=", 3), True),
        (Compare("/a", "mod_revision", "<", 3), False),
        (Compare("/a", "create_revision", "!=", 3), True),
        (Compare("/a", "version", ">", 1), True),
        (Compare("/a", "value", "=", "new"), True),
        (Compare("/none", "mod_revision", "=", 0), True),
        (Compare("/none", "value", "=", None), False),
        (Compare("/none", "value", "!=", "new"), False),
    ],
)
def test_comparisons(store: Store, compare: Compare, holds: bool) -> None:
    store.put("/a", "old")
    store.put("/a", "new")
    assert store.txn([compare], []) is holds
    assert store.revision == 3, "a transaction that writes nothing takes no revision"


def test_a_transaction_touches_a_key_once(store: Store) -> None:
    with pytest.raises(ValueError, match="duplicate key given in txn request"):
        store.txn([], [Put("/a", 1), Put("/a", 2)])
    with pytest.raises(ValueError, match="duplicate key given in txn request"):
        store.txn([], [], [Put("/a", 1), Delete("/a")])  # even in the list that is not done
    assert store.revision == 1
    store.put("/a", 1)
    store.txn([], [Delete("/a"), Delete("/a")])
    assert (store.revision, store.get("/a")) == (3, None)


# Watching


def test_watchers_hear_everything_in_order_with_what_was_before(store: Store) -> None:
    heard: list[Change] = []
    store.subscribe(heard.append)
    store.put("/a", 1)
    store.put("/a", 2)
    store.delete("/a")
    assert [change.revision for change in heard] == [2, 3, 4]
    assert [(c.previous and c.previous.value, c.current and c.current.value) for c in heard] == [
        (None, 1),
        (1, 2),
        (2, None),
    ]
    assert list(store.changes(1)) == heard


def test_all_of_a_transaction_is_done_when_its_first_change_is_told(store: Store) -> None:
    seen: list[dict[str, Any]] = []
    store.subscribe(lambda change: seen.append(values(store.range("/"))))
    store.txn([], [Put("/a", 1), Put("/b", 1)])
    assert seen == [{"/a": 1, "/b": 1}] * 2
    assert [change.revision for change in store.changes(1)] == [2, 2]


def test_a_watcher_that_stopped_hears_no_more(store: Store) -> None:
    heard: list[Change] = []
    stop = store.subscribe(heard.append)
    store.put("/a", 1)
    stop()
    store.put("/a", 2)
    assert [change.revision for change in heard] == [2]


def test_a_watcher_may_not_write_while_others_wait_to_hear(store: Store) -> None:
    def meddle(change: Change) -> None:
        store.put("/other", change.revision)

    stop = store.subscribe(meddle)
    with pytest.raises(RuntimeError, match="let it act a moment later"):
        store.put("/a", 1)
    stop()
    assert store.put("/a", 2).mod_revision == 3


# Compaction


def test_compaction_forgets_the_past_and_keeps_the_present(store: Store) -> None:
    for number in range(4):
        store.put("/a", number)
    store.compact(4)
    assert values(store.range("/", revision=4)) == {"/a": 2}
    with pytest.raises(CompactedError) as gone:
        store.range("/", revision=3)
    assert gone.value.compacted == 4
    with pytest.raises(CompactedError):
        store.changes(3)
    assert [change.revision for change in store.changes(4)] == [5]


def test_compaction_goes_forward_only_and_not_into_the_future(store: Store) -> None:
    store.put("/a", 1)
    store.compact(2)
    with pytest.raises(CompactedError):
        store.compact(2)
    with pytest.raises(FutureRevisionError):
        store.compact(3)


# Leases


def test_what_a_lease_holds_goes_with_it(store: Store) -> None:
    lease = store.grant(deadline=100)
    store.put("/a", 1, lease=lease)
    store.put("/b", 1, lease=lease)
    store.put("/b", 2)  # written without the lease: no longer held
    assert store.expire(99) == 100
    assert store.expire(100) is None
    assert values(store.range("/")) == {"/b": 2}


def test_what_a_lease_holds_goes_at_one_revision(store: Store) -> None:
    lease = store.grant(deadline=100)
    for key in ("/b", "/a"):
        store.put(key, 1, lease=lease)
    store.expire(100)
    assert [(c.revision, c.key) for c in store.changes(3)] == [(4, "/a"), (4, "/b")]


def test_a_lease_that_has_ended_holds_nothing_and_the_write_is_refused(store: Store) -> None:
    lease = store.grant(deadline=100)
    store.expire(100)
    with pytest.raises(LeaseNotFoundError):
        store.put("/a", 1, lease=lease)
    assert (store.revision, store.get("/a")) == (1, None)


def test_a_key_deleted_before_its_lease_ends_is_not_deleted_twice(store: Store) -> None:
    lease = store.grant(deadline=100)
    store.put("/a", 1, lease=lease)
    store.delete("/a")
    store.put("/a", 2)
    store.expire(100)
    assert values(store.range("/")) == {"/a": 2}
