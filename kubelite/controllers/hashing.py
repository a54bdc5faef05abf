"""Short names for templates. Models ``ComputeHash`` of pkg/controller/controller_utils.go."""

from __future__ import annotations

_SAFE = "bcdfghjklmnpqrstvwxz2456789"  # no vowels, so that no words come out


def safe_hash(content: bytes, collisions: int | None) -> str:
    """Up to ten characters that name ``content``: FNV-1a, spelt safely."""
    total = 0x811C9DC5
    salt = collisions.to_bytes(8, "little") if collisions else b""
    for byte in content + salt:
        total = (total ^ byte) * 0x01000193 & 0xFFFFFFFF
    return "".join(_SAFE[ord(digit) % len(_SAFE)] for digit in str(total))
