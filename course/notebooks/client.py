"""Run a notebook's cells in a kernel: nbclient, with one wake-up that it loses given back.

While a cell fills an Output widget, nbclient answers on the socket on which it
also waits for the cell to finish. ZeroMQ tells of news on a socket once; sending
at the wrong moment swallows that, and the finished cell is noticed only when the
time limit ends the wait, a minute later (nbclient issue 312, open). So the wait
is cut into short slices, each of which looks at the socket anew.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets import Type

from course.progress import PROGRESS

CELL_TIMEOUT = 60
"""Seconds one cell may run."""

SLICE = 0.25
"""Seconds after which a waiting client looks again."""


class AttentiveChannel(AsyncZMQSocketChannel):
    """A channel that does not rely on being woken."""

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """The next message; raises queue.Empty after ``timeout`` seconds (None: never)."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = SLICE if deadline is None else deadline - time.monotonic()
            try:
                return await super().get_msg(timeout=max(0.0, min(SLICE, left)))
            except Empty:
                if deadline is not None and time.monotonic() >= deadline:
                    raise


class AttentiveClient(AsyncKernelClient):
    """A kernel's client that waits for replies on an attentive channel."""

    shell_channel_class = Type(AttentiveChannel)


class AttentiveManager(AsyncKernelManager):
    """A kernel's manager whose clients are attentive."""

    client_factory = Type(AttentiveClient)

    async def _async_pre_start_kernel(self, **options: Any) -> Any:
        """No kernel here looks for what a learner has done: that must not show when saved."""
        env = {**(options.pop("env", None) or os.environ), PROGRESS: "off"}
        return await super()._async_pre_start_kernel(env=env, **options)

    pre_start_kernel = _async_pre_start_kernel


def client_for(notebook: NotebookNode, folder: Path) -> NotebookClient:
    """A client that runs ``notebook`` in ``folder`` and writes outputs into it in place."""
    return NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        kernel_manager_class=AttentiveManager,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        store_widget_state=True,  # its handling of Output widgets needs it; build drops it
        coalesce_streams=True,
    )
