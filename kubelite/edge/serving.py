"""Serving a cluster over HTTP: ``cluster.serve()`` in a notebook, ``kubelite up`` elsewhere.

What this needs is imported only when somebody serves.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kubelite.apimachinery.times import SECOND

if TYPE_CHECKING:
    from kubelite.cluster import Cluster
    from kubelite.edge.http.server import Server


def serve(
    cluster: Cluster,
    speed: float = 1.0,
    port: int = 0,
    host: str = "127.0.0.1",
    kubeconfig: str = "",
) -> Server:
    """Serve a cluster's API over TLS, and let its clock run ``speed`` times as fast as real time.

    Returns at once; ``cluster.kubeconfig`` is then the file for ``KUBECONFIG``. Everybody who may
    read that file may do anything. ``stop()`` of what is returned ends it.
    """
    from kubelite.edge.http.server import Server

    server = Server(cluster, speed, port, host, kubeconfig).start()
    cluster.kubeconfig = server.kubeconfig
    return server


def up(
    make: Callable[..., Cluster],
    say: Callable[[str], Any],
    nodes: int = 3,
    speed: float = 1.0,
    store: str = "",
    **options: Any,
) -> None:
    """Make a cluster whose clock shows the real time, and serve it until a signal comes.

    With ``store``, the name of a file, it is kept there, and one that is in it goes on.
    """
    import signal
    import threading

    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    cluster = make(nodes=nodes, start=int(time.time()) * SECOND, store=store or None)
    server = serve(cluster, speed, **options)
    try:
        say(f"{cluster!r}\nserving at {server.url}\n")
        say(f"  in a browser: {server.dashboard}")
        say(f"  export KUBECONFIG={server.kubeconfig}\n")
        over.wait()
    finally:
        server.stop()
        cluster.close()
        say("stopped")
