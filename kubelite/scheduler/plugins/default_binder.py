"""Tell the API server which node it is.

Models ``pkg/scheduler/framework/plugins/defaultbinder``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kubelite.apimachinery.rest import Response
from kubelite.scheduler.framework import Hint
from kubelite.scheduler.types import PodInfo


class DefaultBinder:
    """Bind."""

    name = "DefaultBinder"
    events: Mapping[str, Hint] = {}

    def bind(
        self, client: Any, pod: PodInfo, node: str, then: Callable[[Response], object]
    ) -> None:
        """POST to the pod's binding."""
        client.bind(pod.pod, node, then)
