"""Encryption at rest: what the API server makes of an object before it reaches the store.

Lives here: the EncryptionConfiguration, the transformers it stands for, and the store as the
server sees it through them.
Must not live here: the store itself, which keeps whatever it is given; the API, which shows
everything in plain to whoever may read it.
Models ``k8s.io/apiserver/pkg/storage/value`` and ``pkg/server/options/encryptionconfig``.
"""

from kubelite.apiserver.encryption.config import (
    EncryptionConfigError,
    EncryptionConfiguration,
    read,
)
from kubelite.apiserver.encryption.storage import ENCRYPTED, EncryptedStore, object_of, stored_form

__all__ = [
    "ENCRYPTED",
    "EncryptedStore",
    "EncryptionConfigError",
    "EncryptionConfiguration",
    "object_of",
    "read",
    "stored_form",
]
