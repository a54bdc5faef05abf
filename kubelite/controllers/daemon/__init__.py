"""The DaemonSet controller: one pod on every eligible node.

Lives here: which nodes are eligible and what a pod for a node looks like (``placement``), which
pods are missing or too many (``manage``), how a new template is rolled out (``rolling``), and the
shell. Must not live here: the choice of the node itself, which is the scheduler's.
Models pkg/controller/daemon.
"""

from kubelite.controllers.daemon.controller import DaemonSetController

__all__ = ["DaemonSetController"]
