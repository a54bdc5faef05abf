"""@kubernetes/client-node, run by node."""

from __future__ import annotations

from tests.clients.conftest import Run


def test_from_javascript(run: Run) -> None:
    assert run("client_node.mjs") == [
        "typed: created, patched twice, 404, two pages",
        "informer: add note, update note, delete note",
        "watch: two pods became ready",
        "pod: log, followed to its end, exec with exit code 7",
        "any kind: applied, refused, listed, deleted; metrics of three nodes",
    ]
