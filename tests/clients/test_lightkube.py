"""lightkube, with and without async."""

from __future__ import annotations

from tests.clients.conftest import Run


def test_with_types_and_server_side_apply(run: Run) -> None:
    assert run("lightkube_sync.py") == [
        "apply: three objects twice, one conflict, one by force",
        "wait: Available; watch: ADDED",
        "list: pages of two, labels in and exists, all namespaces",
        "patch: strategic, merge, json; scale; AlreadyExists",
        "log: one, two; exec: hello, exit code 4",
        "custom resource: created, status, refused by its schema",
        "deleted: one in the foreground, all of a kind, the namespace",
    ]


def test_several_things_at_once(run: Run) -> None:
    assert run("lightkube_async.py") == [
        "three watches at once: ADDED, MODIFIED, DELETED",
        "a pod: Ready, its log, its hostname",
    ]
