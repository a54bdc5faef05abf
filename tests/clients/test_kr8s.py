"""kr8s, with and without async."""

from __future__ import annotations

from tests.clients.conftest import Run


def test_objects_that_know_what_they_can_do(run: Run) -> None:
    assert run("kr8s_sync.py") == [
        "deployment: created, scaled to 3, Available, labelled, patched, deleted",
        "pod: log, exec, exit code 5; adopted by a config map, and gone with it",
        "node: cordoned, tainted, and free again",
        "get: by names, by labels, as a table; watch: ADDED",
        "custom resource: defined, created, scaled, found",
    ]


def test_several_things_at_once(run: Run) -> None:
    assert run("kr8s_async.py") == [
        "three pods: Ready, asked for their names, deleted",
        "a job: Complete, and what it said",
        "a forwarded port: 200 OK",
    ]
