"""Reading manifests from disk."""

from __future__ import annotations


def read_file(name: str) -> bytes:
    """The bytes of a file, at most one more than a manifest may have. Raises ManifestError."""
    from kubelite.apimachinery.manifest import MAX_BYTES, NOWHERE, ManifestError

    try:
        with open(name, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # a name with a NUL in it is a ValueError
        reason = getattr(error, "strerror", "") or f"it cannot be read ({error})"
        advice = "Check the name, or pass the manifest itself as text"
        raise ManifestError(name, NOWHERE, reason, advice) from error
