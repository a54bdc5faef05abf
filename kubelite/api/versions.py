"""Other versions of kinds that are stored: rows that are served and never written to the store.

How objects go from one version to another is ``kubelite/apiserver/versions.py``.
"""

from __future__ import annotations

from kubelite.api.autoscaling_v1 import HorizontalPodAutoscaler
from kubelite.api.events_v1 import Event
from kubelite.apimachinery.scheme import Kind


def _beside(row: Kind) -> Kind:
    """A row that is asked for by a name with its version: the plain name is the stored one's."""
    object.__setattr__(row, "resource", f"{row.plural}.{row.version}.{row.group}")
    return row


EVENTS = Kind("events.k8s.io", "v1", "Event", "events", Event, short_names=("ev",))
AUTOSCALERS = _beside(
    Kind(
        *("autoscaling", "v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers"),
        HorizontalPodAutoscaler,
        short_names=("hpa",),
        categories=("all",),
        subresources=("status",),
    )
)
VERSIONS = (EVENTS, AUTOSCALERS)
"""All of them."""
