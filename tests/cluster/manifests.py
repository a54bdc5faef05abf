"""The small manifests that the stories of this folder begin with, besides ``tests.manifests``."""

from __future__ import annotations

from typing import Any

Manifest = dict[str, Any]

LABELS = {"app": "web"}


def pod(name: str = "web", **spec: Any) -> Manifest:
    """A pod of one nginx; ``spec`` replaces or adds fields, ``container`` those of the nginx."""
    only = {"name": "main", "image": "nginx:1.29"} | spec.pop("container", {})
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {"containers": [only], **spec},
    }


def service(**spec: Any) -> Manifest:
    """A Service called web in front of all of them."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"selector": LABELS, "ports": [{"port": 80}], **spec},
    }
