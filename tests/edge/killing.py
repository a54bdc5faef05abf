"""``kill -9`` at random moments: nothing acknowledged is lost, no revision is given twice.

    python -m tests.edge.killing --runs 200

One file is served by one process after the other, each killed at a moment drawn from the seed,
and compared each time with all that was ever acknowledged.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from kubelite.edge.durable import OBJECTS, PLAIN, DurableStore
from kubelite.etcd.backend import Change

ROOT = Path(__file__).parent.parent.parent


class Told(NamedTuple):
    """What one process has acknowledged: lines, the last possibly cut off by its end."""

    lines: list[dict[str, Any]]

    @property
    def revision(self) -> int:
        """The last revision anybody was told of."""
        return max((line.get("revision", line.get("opened", 1)) for line in self.lines), default=1)


def serve_and_kill(path: Path, seed: int, draw: Random, cluster: bool = False) -> Told:
    """Start a process, let it write for a while, kill it; what it had acknowledged."""
    words = [sys.executable, "-m", "tests.edge.serving", str(path), str(seed)]
    words.append(draw.choice(("power", "process")))
    words += ["-c"] if cluster else []
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": paths}
    )
    assert process.stdout is not None
    heard = [process.stdout.readline() for _ in range(draw.randint(0, 60))]
    time.sleep(draw.random() * (0.4 if not heard else 0.01))
    process.send_signal(signal.SIGKILL)
    heard += process.stdout.read().splitlines(keepends=True)
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL, "it ended by itself"
    return Told([json.loads(line) for line in heard if line.endswith(b"\n")])


class Witness:
    """All that was ever acknowledged about one file, and what every revision was."""

    def __init__(self, path: Path, cluster: bool = False):
        self.path = path
        self.cluster = cluster
        self.wanted: dict[str, str | None] = {}
        self.revision = 1
        self.next_lease = 1
        self.known: dict[int, Any] = {}
        self.born: dict[str, tuple[str, int]] = {}  # by uid
        self.acknowledged = 0

    def compare(self, told: Told) -> None:
        """Open the file and look whether all is there. Raises AssertionError."""
        store = DurableStore(self.path, "process", OBJECTS if self.cluster else PLAIN)
        try:
            assert store.revision >= max(told.revision, self.revision), "a revision is lost"
            self._compare_past(store)
            for line in told.lines:
                if "lease" in line:
                    assert line["lease"] >= self.next_lease, "a lease was given twice"
                    self.next_lease = line["lease"] + 1
                assert line.get("opened", self.revision) >= self.revision, "a revision is lost"
                self.wanted.update(line.get("done", {}))
                self.acknowledged += "done" in line
            assert store._next_lease >= self.next_lease, "a lease is lost"
            self._compare_present(store, told.revision)
            self.revision = store.revision
        finally:
            store._journal.release()

    def _compare_past(self, store: DurableStore) -> None:
        """Every revision that was there once is there with the same content, or compacted."""
        found: dict[int, list[Any]] = {}
        for change in store.changes(max(store.compacted, 1)):
            found.setdefault(change.revision, []).append(_content(change))
            if self.cluster and change.previous is None and change.current is not None:
                birth = change.key, change.revision
                uid = change.current.value.metadata.uid
                assert self.born.setdefault(uid, birth) == birth, "a uid was given twice"
        first = max(store.compacted, 1) + 1
        assert sorted(found) == list(range(first, store.revision + 1)), "a revision is missing"
        for revision, content in found.items():
            assert self.known.setdefault(revision, content) == content, "given twice"

    def _compare_present(self, store: DurableStore, told: int) -> None:
        """Each key as acknowledged, unless it was written after that, unacknowledged."""
        later = {change.key for change in store.changes(max(told, store.compacted, 1))}
        for key, value in self.wanted.items():
            kv = store.get(key)
            if key not in later:
                assert (_text(kv.value) if kv else None) == value, f"{key} is not as acknowledged"
            self.wanted[key] = _text(kv.value) if kv else None


def _content(change: Change) -> tuple[str, str | None]:
    return change.key, _text(change.current.value) if change.current else None


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode()
    return str(value.data["text"]) if value.kind == "ConfigMap" else value.metadata.uid


def run(folder: Path, runs: int, seed: int, cluster: bool = False) -> Witness:
    """Kill ``runs`` processes one after the other on one file, and compare after each."""
    draw = Random(seed)
    witness = Witness(folder / "killed.db", cluster)
    for number in range(runs):
        told = serve_and_kill(witness.path, seed * 1_000 + number, draw, cluster)
        try:
            witness.compare(told)
        except AssertionError as problem:
            raise AssertionError(f"seed {seed}, run {number}: {problem}") from problem
    return witness


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    began = time.monotonic()
    for cluster in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            witness = run(Path(folder), options.runs // 2, options.seed, cluster)
        print(
            f"{'cluster' if cluster else 'store'}: {options.runs // 2} processes killed, "
            f"{witness.acknowledged} acknowledged writes, {witness.revision} revisions: "
            f"nothing lost, none given twice ({time.monotonic() - began:.0f} s)"
        )


if __name__ == "__main__":
    main()
