"""What the server says of itself: its version, and what can be done with each kind.

Models k8s.io/apiserver/pkg/endpoints/discovery and k8s.io/apimachinery/pkg/version.
"""

from __future__ import annotations

from kubelite.api.metrics_v1beta1 import AGGREGATED
from kubelite.apimachinery.scheme import Kind
from kubelite.apiserver.reviews import REVIEWS

STORED = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")
VERSION = {
    "major": "1",
    "minor": "37",
    "gitVersion": "v1.37.0+kubelite",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "2026-08-26T00:00:00Z",
    "goVersion": "",
    "compiler": "cpython",
    "platform": "linux/amd64",
}


def verbs_of(kind: Kind) -> tuple[str, ...]:
    """What can be done with a kind."""
    if any(kind is one for one in REVIEWS):
        return ("create",)
    return ("get", "list") if any(kind is one for one in AGGREGATED) else STORED
