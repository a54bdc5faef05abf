"""SPDY/3 frames: how kubectl carries many connections over one, bytes in and bytes out.

A control frame has a type, a data frame the number of its stream. Names and values of a stream's
headers are compressed with one dictionary for all, and with what went before in this direction.
Models github.com/moby/spdystream/spdy.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

SYN_STREAM, SYN_REPLY, RST_STREAM, SETTINGS, PING, GOAWAY = 1, 2, 3, 4, 6, 7
DATA = 0
"""Not a type on the wire: here it stands for data frames."""

FIN = 1
PROTOCOL_ERROR, CANCEL = 1, 5

MAX_FRAME = 1 << 20
MAX_HEADERS = 32 * 1024

_VERSION = 3
_CONTROL = 1 << 31

_NAMES = (
    "options head post put delete trace accept accept-charset accept-encoding accept-language "
    "accept-ranges age allow authorization cache-control connection content-base content-encoding "
    "content-language content-length content-location content-md5 content-range content-type date "
    "etag expect expires from host if-match if-modified-since if-none-match if-range "
    "if-unmodified-since last-modified location max-forwards pragma proxy-authenticate "
    "proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade "
    "user-agent vary via warning www-authenticate method get status"
)
_MORE = ("200 OK", "version", "HTTP/1.1", "url", "public", "set-cookie", "keep-alive", "origin")
_REST = (
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
    "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request"
    "401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented"
    "503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 "
    "Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,"
    "application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age="
    "gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0."
)
DICTIONARY = (
    b"".join([struct.pack(">I", len(word)) + word.encode() for word in (*_NAMES.split(), *_MORE)])
    + _REST.encode()
)
"""What both sides know before the first header: section 2.6.10.1 of the protocol's draft 3."""


class Malformed(ValueError):
    """Bytes that are no frame."""


class Frame(NamedTuple):
    """One frame that has come in. ``stream`` is 0 for those about the whole connection."""

    kind: int
    stream: int
    fin: bool = False
    headers: Mapping[str, str] = {}
    data: bytes = b""


class Reader:
    """Takes bytes as they come and gives whole frames."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._inflate = zlib.decompressobj(zdict=DICTIONARY)

    def frames(self, raw: bytes) -> Iterator[Frame]:
        """The frames that are whole now. Raises Malformed."""
        self._held += raw
        while len(self._held) >= 8:
            first, second = struct.unpack_from(">II", self._held)
            length = second & 0xFFFFFF
            if length > MAX_FRAME:
                raise Malformed(f"a frame of {length} bytes")
            if len(self._held) < 8 + length:
                return
            body = bytes(self._held[8 : 8 + length])
            del self._held[: 8 + length]
            frame = self._frame(first, second >> 24, body)
            if frame is not None:
                yield frame

    def _frame(self, first: int, flags: int, body: bytes) -> Frame | None:
        fin = bool(flags & FIN)
        if not first & _CONTROL:
            return Frame(DATA, first, fin, data=body)
        kind = first & 0xFFFF
        if first >> 16 & 0x7FFF != _VERSION:
            raise Malformed("another version of SPDY")
        if kind == SYN_STREAM and len(body) >= 10:
            return Frame(kind, _number(body), fin, self._headers(body[10:]))
        if kind in (RST_STREAM, PING, GOAWAY) and len(body) >= 4:
            return Frame(kind, _number(body) if kind == RST_STREAM else 0, data=body)
        return None  # settings, windows and the like change nothing here

    def _headers(self, packed: bytes) -> dict[str, str]:
        try:
            raw = self._inflate.decompress(packed, MAX_HEADERS)
            found: dict[str, str] = {}
            at = 4
            for _ in range(*struct.unpack_from(">I", raw)):
                name, at = _text(raw, at)
                value, at = _text(raw, at)
                found[name.lower()] = value
        except (zlib.error, struct.error) as error:
            raise Malformed("headers that cannot be read") from error
        return found


class Writer:
    """Makes frames."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(zdict=DICTIONARY)

    def reply(self, stream: int) -> bytes:
        """The stream is welcome; there are no headers to tell."""
        packed = self._deflate.compress(struct.pack(">I", 0))
        packed += self._deflate.flush(zlib.Z_SYNC_FLUSH)
        return _control(SYN_REPLY, struct.pack(">I", stream) + packed)

    def data(self, stream: int, content: bytes, fin: bool = False) -> bytes:
        """Bytes of a stream; ``fin`` if they are the last ones."""
        return struct.pack(">II", stream, fin << 24 | len(content)) + content

    def reset(self, stream: int, why: int) -> bytes:
        """The stream has ended, and not well."""
        return _control(RST_STREAM, struct.pack(">II", stream, why))

    def ping(self, body: bytes) -> bytes:
        """The same back."""
        return _control(PING, body[:4])


def _control(kind: int, body: bytes) -> bytes:
    return struct.pack(">II", _CONTROL | _VERSION << 16 | kind, len(body)) + body


def _number(body: bytes) -> int:
    (found,) = struct.unpack_from(">I", body)
    return int(found & 0x7FFFFFFF)


def _text(raw: bytes, at: int) -> tuple[str, int]:
    (length,) = struct.unpack_from(">I", raw, at)
    if at + 4 + length > len(raw):
        raise struct.error("too short")
    return raw[at + 4 : at + 4 + length].decode("latin-1"), at + 4 + length
