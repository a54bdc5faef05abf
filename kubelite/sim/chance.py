"""Seeded chance: the only source of randomness in the engine.

Every use draws from a stream with a name of its own ("scheduler/tie", "proxy/node-1", ...), so
one more draw in one place changes nothing anywhere else, and a seed gives the same run for ever.
"""

from __future__ import annotations

import hashlib
from random import Random as Stream

# What upstream puts into generated names: no vowels and no easily confused characters,
# so that no word is spelt by accident.
_SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_SUFFIX_LENGTH = 5

_DRAWN = ~(0xF << 76 | 0b11 << 62)  # the bits of a UUID that are chance, ...
_VERSION_4 = 0x4 << 76 | 0b10 << 62  # ... and those that say so: RFC 9562

__all__ = ["Chance", "Stream"]


class Chance:
    """All streams of one seed.

    ``start`` counts how often a cluster has come back from its store: each time all streams are
    others, for what was drawn before (uids, names) must not be drawn again.
    """

    __slots__ = ("_root", "_streams", "seed")

    def __init__(self, seed: int, start: int = 0):
        self.seed = seed
        self._root = f"{seed}/start {start}" if start else f"{seed}"
        self._streams: dict[str, Stream] = {}

    def stream(self, name: str) -> Stream:
        """The stream called ``name``: the same object each time, seeded by (seed, name)."""
        found = self._streams.get(name)
        if found is None:
            found = self._streams[name] = Stream(self._seed_of(name))
        return found

    def reseed(self, seed: int) -> None:
        """From here on all streams are those of another seed, whoever holds them."""
        self._root = f"{self._root}/branch {seed}"
        for name, stream in self._streams.items():
            stream.seed(self._seed_of(name))

    def _seed_of(self, name: str) -> int:
        # hash() differs between interpreters; SHA-256 does not.
        digest = hashlib.sha256(f"{self._root}/{name}".encode()).digest()
        return int.from_bytes(digest[:8], "big")

    def suffix(self, stream: str = "names") -> str:
        """Five characters for a generated name, as ``utilrand.String`` makes them."""
        draw = self.stream(stream).random
        letters, count = _SUFFIX_ALPHABET, len(_SUFFIX_ALPHABET)
        return "".join([letters[int(draw() * count)] for _ in range(_SUFFIX_LENGTH)])

    def uid(self, stream: str = "uids") -> str:
        """A version 4 UUID."""
        drawn = self._streams.get(stream) or self.stream(stream)
        digits = (drawn.getrandbits(128) & _DRAWN | _VERSION_4).to_bytes(16).hex()
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def jitter(self, duration: int, factor: float, stream: str) -> int:
        """``duration`` lengthened by up to ``factor`` of itself, as ``wait.Jitter`` does."""
        return duration + int(self.stream(stream).random() * factor * duration)
