"""The horizontal pod autoscaler: as many replicas as the load asks for.

Lives here: what the metrics propose (``replicas``), how fast it may go (``behavior``), and the
controller that reads, decides and scales (``controller``).
Must not live here: where usage comes from (see the metrics API).
Models ``pkg/controller/podautoscaler``.
"""

from __future__ import annotations

from kubelite.controllers.podautoscaler.controller import HorizontalController

__all__ = ["HorizontalController"]
