"""The StatefulSet controller: pods with names of their own, at most one of each.

Lives here: who a pod is (``identity``), what to do next (``plan``), and the shell around it.
Must not live here: revisions, which DaemonSets have too (``kubelite.controllers.history``).
Models pkg/controller/statefulset.
"""

from kubelite.controllers.statefulset.controller import StatefulSetController

__all__ = ["StatefulSetController"]
