"""A process that writes to a store and says so, until it is killed.

    python -m tests.edge.serving FILE SEED DURABILITY        transactions, leases, compactions
    python -m tests.edge.serving FILE SEED DURABILITY -c     a cluster, through its API server

Each line of its output is JSON: what was acknowledged, with the revision after it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from random import Random
from typing import Any

from kubelite import Cluster
from kubelite.edge.durable import PLAIN, DurableStore
from kubelite.etcd.backend import Compare, Delete, Put

KEYS = [f"/registry/things/{number}" for number in range(12)]


def acknowledge(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def transactions(path: str, draw: Random, durability: str) -> Iterator[dict[str, Any]]:
    """Write for ever; after each write, what was asked and is now done."""
    store = DurableStore(path, durability, PLAIN)
    leases: list[int] = [0]
    yield {"opened": store.revision}
    while True:
        keys = draw.sample(KEYS, draw.randint(1, 4))
        values = {key: draw.randbytes(draw.choice((3, 300, 6000))).hex() for key in keys}
        choice = draw.random()
        done: dict[str, str | None] = {}
        if choice < 0.5:
            done = dict([values.popitem()])
            for key, value in done.items():
                store.put(key, value.encode(), lease=draw.choice(leases))  # type: ignore[union-attr]
        elif choice < 0.6:
            done = {keys[0]: None}
            store.delete(keys[0])
        elif choice < 0.9:
            done = {key: draw.choice((None, value)) for key, value in values.items()}
            store.txn(
                [Compare("/none", "version", "=", 0)], [operation(*one) for one in done.items()]
            )
        elif choice < 0.95:
            leases.append(store.grant(10))
            yield {"lease": leases[-1], "revision": store.revision}
            continue
        elif choice < 0.97:
            held = [kv.key for kv in store.range("/") if kv.lease]
            done = dict.fromkeys(held)
            store.expire(10)
            leases = [0]
        elif store.revision - store.compacted > 30:
            store.compact(store.revision - 20)
            yield {"compacted": store.compacted, "revision": store.revision}
            continue
        yield {"revision": store.revision, "done": done}


def operation(key: str, value: str | None) -> Put | Delete:
    return Delete(key) if value is None else Put(key, value.encode())


def requests(path: str, draw: Random, durability: str) -> Iterator[dict[str, Any]]:
    """Create and change objects of a cluster for ever, while its own parts write, too."""
    cluster = Cluster(nodes=2, store=path, durability=durability)
    yield {"opened": cluster.revision}
    while True:
        name, value = f"note-{draw.randrange(20)}", draw.randbytes(8).hex()
        note = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}
        found = cluster.apply({**note, "data": {"text": value}})
        version = int(found.metadata.resource_version)
        key = f"/registry/configmaps/default/{name}"
        yield {"revision": version, "done": {key: value}, "uid": found.metadata.uid}
        if draw.random() < 0.2:
            cluster.run(draw.choice((1, 10, 60)))
            yield {"revision": cluster.revision, "done": {}}


if __name__ == "__main__":
    path, seed, durability, *cluster = sys.argv[1:]
    serve = requests if cluster else transactions
    for line in serve(path, Random(int(seed)), durability):
        acknowledge(**line)
