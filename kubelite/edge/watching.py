"""Whether this is a notebook, where somebody sits and waits: then a watchdog is worth having."""

from __future__ import annotations

import sys


def watch_over() -> None:
    """In a notebook or an IPython session start the watchdog, once; elsewhere do nothing.

    A script or a test that wants it calls ``kubelite.edge.watchdog.attach()``.
    """
    shell = sys.modules.get("IPython")
    if shell is not None and shell.get_ipython() is not None:
        from kubelite.edge import watchdog

        watchdog.attach()
