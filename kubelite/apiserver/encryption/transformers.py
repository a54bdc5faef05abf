"""From bytes to bytes that can be stored, and back: in plain, AES-GCM, AES-CBC.

What is stored begins with the name of the provider and of the key, ``k8s:enc:aesgcm:v1:key1:``, so
the right one is found when it is read. Models ``k8s.io/apiserver/pkg/storage/value``
(transformer.go, encrypt/aes, encrypt/identity).

The ciphers are those of the package ``cryptography``, which is imported when it is first needed.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from kubelite.apiserver.encryption.config import AESConfiguration, ProviderConfiguration

ENCRYPTED = b"k8s:enc:"
NONCE = 12
BLOCK = 16

Draw = Callable[[int], bytes]
"""So many bytes that nobody can foretell. (In a simulation somebody can: whoever has the seed.)"""

_SHORT = "the stored data was shorter than the required size"


class UnreadableError(Exception):
    """None of the providers can read what is stored."""


class Transformer(Protocol):
    """One way to keep a value. ``key`` is where it is stored."""

    def to_storage(self, data: bytes, key: str) -> bytes:
        """What is to be stored."""
        ...

    def from_storage(self, data: bytes, key: str) -> tuple[bytes, bool]:
        """What was given once, and whether it is to be written anew. Raises UnreadableError."""
        ...


class Identity:
    """No encryption; it reads nothing that was encrypted."""

    def to_storage(self, data: bytes, key: str) -> bytes:
        """The same."""
        return data

    def from_storage(self, data: bytes, key: str) -> tuple[bytes, bool]:
        """The same."""
        if data.startswith(ENCRYPTED):
            raise UnreadableError("identity transformer tried to read encrypted data")
        return data, False


# DOC: aes-gcm
class AesGcm:
    """AES in Galois counter mode: nobody can read the value, and nobody can change it or move it to
    another key unnoticed, for the key is part of what is authenticated.
    """

    def __init__(self, secret: bytes, draw: Draw):
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._cipher = AESGCM(secret)
        self._draw = draw

    def to_storage(self, data: bytes, key: str) -> bytes:
        """A nonce and the ciphertext. A nonce must never come twice with one key."""
        nonce = self._draw(NONCE)
        return nonce + self._cipher.encrypt(nonce, data, key.encode())

    def from_storage(self, data: bytes, key: str) -> tuple[bytes, bool]:
        """Decrypt, and make sure that nothing was changed."""
        from cryptography.exceptions import InvalidTag

        if len(data) < NONCE:
            raise UnreadableError(_SHORT)
        try:
            return self._cipher.decrypt(data[:NONCE], data[NONCE:], key.encode()), False
        except InvalidTag as changed:
            raise UnreadableError("cipher: message authentication failed") from changed


class AesCbc:
    """AES in cipher block chaining mode: secret, but a change may go unnoticed."""

    def __init__(self, secret: bytes, draw: Draw):
        self._secret = secret
        self._draw = draw

    def to_storage(self, data: bytes, key: str) -> bytes:
        """A first block by chance, and the padded ciphertext."""
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        start = self._draw(BLOCK)
        padding = BLOCK - len(data) % BLOCK
        cipher = Cipher(algorithms.AES(self._secret), modes.CBC(start)).encryptor()
        return start + cipher.update(data + bytes([padding]) * padding) + cipher.finalize()

    def from_storage(self, data: bytes, key: str) -> tuple[bytes, bool]:
        """Decrypt and take the padding off."""
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        if len(data) < 2 * BLOCK or len(data) % BLOCK:
            raise UnreadableError("the stored data is not a multiple of the block size")
        cipher = Cipher(algorithms.AES(self._secret), modes.CBC(data[:BLOCK])).decryptor()
        plain = cipher.update(data[BLOCK:]) + cipher.finalize()
        padding = plain[-1]
        if not 0 < padding <= BLOCK or plain[-padding:] != bytes([padding]) * padding:
            raise UnreadableError("invalid padding on input")
        return plain[:-padding], False


class Prefixed(NamedTuple):
    """A transformer, and what its values begin with."""

    prefix: bytes
    transformer: Transformer


class ByPrefix:
    """Several transformers: the first writes, and all that know the prefix may read."""

    def __init__(self, none_fits: str, transformers: Sequence[Prefixed]):
        self._none_fits = none_fits
        self._transformers = tuple(transformers)

    def to_storage(self, data: bytes, key: str) -> bytes:
        """As the first does it."""
        first = self._transformers[0]
        return first.prefix + first.transformer.to_storage(data, key)

    # DOC: transform-from-storage
    def from_storage(self, data: bytes, key: str) -> tuple[bytes, bool]:
        """By the first that can; what another than the very first reads is to be written anew."""
        problems: list[str] = []
        for place, (prefix, transformer) in enumerate(self._transformers):
            if not data.startswith(prefix):
                continue
            try:
                plain, stale = transformer.from_storage(data[len(prefix) :], key)
            except UnreadableError as problem:
                if prefix:
                    problems.append(str(problem))
                continue
            return plain, stale or place != 0
        several = f"[{', '.join(problems)}]" if len(problems) > 1 else "".join(problems)
        raise UnreadableError(several or self._none_fits)


_CIPHERS: tuple[tuple[str, Callable[[bytes, Draw], Transformer]], ...] = (
    ("aesgcm", AesGcm),
    ("aescbc", AesCbc),
)


def transformer_of(providers: Sequence[ProviderConfiguration], draw: Draw) -> ByPrefix:
    """What a list of providers stands for."""
    rows: list[Prefixed] = []
    for provider in providers:
        if provider.identity is not None:
            rows.append(Prefixed(b"", Identity()))
        for name, cipher in _CIPHERS:
            config: AESConfiguration | None = getattr(provider, name)
            if config is None:
                continue
            keys = [
                Prefixed(f"{key.name}:".encode(), cipher(b64decode(key.secret), draw))
                for key in config.keys
            ]
            none_fits = "no matching key was found for the provided AES transformer"
            rows.append(Prefixed(f"k8s:enc:{name}:v1:".encode(), ByPrefix(none_fits, keys)))
    return ByPrefix("no matching prefix found", rows)
