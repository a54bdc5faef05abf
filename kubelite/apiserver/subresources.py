"""The parts of objects that have doors of their own, and what can be done at each."""

from __future__ import annotations

SUBRESOURCES = {
    "approval": ("get", "update", "patch"),
    "status": ("get", "update", "patch"),
    "scale": ("get", "update", "patch"),
    "finalize": ("update",),
    "binding": ("create",),
    "eviction": ("create",),
    "log": ("get",),
    "exec": ("create", "get"),
    "attach": ("create", "get"),
    "portforward": ("create", "get"),
    "resize": ("get", "update", "patch"),
    "ephemeralcontainers": ("get", "update", "patch"),
    "token": ("create",),
}
"""What can be done with each; whether a kind has it stands in the table of kinds."""
