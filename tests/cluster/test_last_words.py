"""What a container says of its end: terminationMessagePath and terminationMessagePolicy.

After ``test/e2e/common/node/runtime.go`` of upstream.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite import Cluster
from tests.cluster.manifests import pod

LOGS = "FallbackToLogsOnError"
LONG = "for i in 1 2 3 4 5 6 7 8; do echo " + "x" * 1000


@pytest.mark.parametrize(
    "script, fields, message",
    [
        ("echo -n DONE > /dev/termination-log", {}, "DONE"),
        ("echo -n DONE > /dev/other/log", {"terminationMessagePath": "/dev/other/log"}, "DONE"),
        ("echo -n DONE; exit 1", {"terminationMessagePolicy": LOGS}, "DONE"),
        ("echo -n DONE; exit 1", {}, ""),
        ("echo -n DONE; exit 0", {"terminationMessagePolicy": LOGS}, ""),
        (
            "echo -n A > /dev/termination-log; echo B; exit 1",
            {"terminationMessagePolicy": LOGS},
            "A",
        ),
    ],
)
def test_last_words(script: str, fields: dict[str, Any], message: str) -> None:
    assert last_words(script, **fields) == message


def test_long_ones_are_cut_from_the_front() -> None:
    assert len(last_words(f"{LONG} >> /dev/termination-log; done")) == 4096
    assert len(last_words(f"{LONG}; done; exit 1", terminationMessagePolicy=LOGS)) == 2048


def last_words(script: str, **fields: Any) -> str:
    """The message of a container that ran a script to its end."""
    container = {"image": "busybox", "command": ["sh", "-c", script], **fields}
    cluster = Cluster(nodes=1)
    cluster.apply(pod(restartPolicy="Never", container=container))
    cluster.run(10)
    ended = cluster.get("pod/web").status.container_statuses[0].state.terminated
    return str(ended.message)
