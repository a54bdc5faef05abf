"""Node pressure: when a machine runs short of memory, the kubelet ends pods before the kernel does.

Models ``pkg/kubelet/eviction`` (eviction_manager.go, helpers.go) with the default thresholds.
Amounts are bytes.
"""

from __future__ import annotations


def system_memory(capacity: int) -> int:
    """What the machine's own processes use, kubelet and kernel included."""
    return capacity // 64
