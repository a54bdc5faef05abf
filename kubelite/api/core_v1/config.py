"""ConfigMap and Secret: configuration kept apart from the image.

Models ``ConfigMap`` and ``Secret`` of ``k8s.io/api/core/v1``. Binary values are base64 text, as on
the wire.
"""

from __future__ import annotations

from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import written


class ConfigMap(Object, kw_only=True):
    """Plain configuration: keys with texts, or with base64 in ``binaryData``."""

    api_version: str = written("v1")
    kind: str = written("ConfigMap")
    data: dict[str, str] = {}
    binary_data: dict[str, str] = {}
    immutable: bool | None = None


class Secret(Object, kw_only=True):
    """Confidential values in base64; ``stringData`` takes plain text and is never read back."""

    api_version: str = written("v1")
    kind: str = written("Secret")
    type: str = ""
    data: dict[str, str] = {}
    string_data: dict[str, str] = {}
    immutable: bool | None = None
