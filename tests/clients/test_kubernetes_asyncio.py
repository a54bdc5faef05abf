"""kubernetes_asyncio."""

from __future__ import annotations

from tests.clients.conftest import Run


def test_everything_at_once(run: Run) -> None:
    assert run("kubernetes_asyncio_client.py") == [
        "watch: 2 pods became ready",
        "exec: its own name; exit code 6; a log",
        "list: 20 made at once, in pages of 8; 410 for what is long gone",
        "dynamic client: a lease made, read, deleted",
    ]
