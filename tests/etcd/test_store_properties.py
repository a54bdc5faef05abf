"""The store against a model so simple that it is plainly right: a dict for each revision."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kubelite.etcd.backend import Change, CompactedError, Delete, Put
from kubelite.etcd.mvcc import Store

KEYS = st.sampled_from(["/a", "/a/b", "/a/c", "/ab", "/b"])
PUT = st.builds(Put, KEYS, st.integers(0, 9), st.just(0))
DELETE = st.builds(Delete, KEYS)
TXN = st.lists(PUT | DELETE, min_size=1, max_size=3, unique_by=lambda op: op.key)
COMPACT = st.just("compact")

Snapshots = list[dict[str, int]]


def apply(store: Store, snapshots: Snapshots, step: Any) -> None:
    """Do one step to the store, and to the model if it changes anything."""
    operations = step if isinstance(step, list) else [step]
    now = dict(snapshots[-1])
    touched = False
    for op in operations:
        if isinstance(op, Put):
            now[op.key] = op.value
            touched = True
        elif op.key in now:
            del now[op.key]
            touched = True
    if touched:
        snapshots.append(now)
    if isinstance(step, list):
        store.txn([], step)
    elif isinstance(step, Put):
        store.put(step.key, step.value)
    else:
        store.delete(step.key)


@settings(max_examples=60, deadline=None)
@given(st.lists(PUT | DELETE | TXN | COMPACT, max_size=25), st.sampled_from(["/", "/a", "/a/"]))
def test_every_revision_reads_as_the_model_had_it(steps: list[Any], prefix: str) -> None:
    store, snapshots, compacted = Store(), [{}, {}], 0
    heard: list[Change] = []
    store.subscribe(heard.append)
    for step in steps:
        if step == "compact":
            if store.revision > compacted:
                compacted = store.revision
                store.compact(compacted)
        else:
            apply(store, snapshots, step)
    assert store.revision == len(snapshots) - 1
    for revision in range(1, len(snapshots)):
        wanted = {k: v for k, v in sorted(snapshots[revision].items()) if k.startswith(prefix)}
        try:
            found = store.range(prefix, revision=revision)
        except CompactedError:
            assert revision < compacted
        else:
            assert [(kv.key, kv.value) for kv in found] == list(wanted.items())
    assert replayed(heard) == snapshots[-1]


def replayed(changes: list[Change]) -> dict[str, Any]:
    """What somebody knows who has only ever watched."""
    state: dict[str, Any] = {}
    for change in changes:
        assert (change.previous.value if change.previous else None) == state.get(change.key)
        if change.current is None:
            del state[change.key]
        else:
            state[change.key] = change.current.value
    return state
