"""What a single value must look like: a name, a number, an address, a path, one of some words.

Every check of this package is a generator of ``FieldError``: it yields what is wrong, in
upstream's order, and nothing when all is well. A ``path`` is the field's path as text.
Models the small checks of ``pkg/apis/core/validation`` and ``pkg/util/validation``.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from kubelite.apimachinery import names
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.quantity import Quantity

Errors = Iterator[FieldError]

IMMUTABLE = "field is immutable"
NEGATIVE = "must be greater than or equal to 0"
NOT_POSITIVE = "must be greater than zero"
FILE_MODE = "must be a number between 0 and 0777 (octal), both inclusive"

PROTOCOLS = ("SCTP", "TCP", "UDP")
MAX_ID = 0xFFFFFFFF  # of users and groups

# Nearly every name there is: good as a label and as a subdomain, and quickly told.
_is_plain = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\Z").match

_LEADING_ZERO = re.compile(r"(?<![0-9])0[0-9]")


def between(low: int, high: int) -> str:
    """Upstream's sentence for a number out of range."""
    return f"must be between {low} and {high}, inclusive"


def each(path: str, value: Any, faults: Iterable[str]) -> Errors:
    """One ``Invalid value`` for each sentence of a name check."""
    for fault in faults:
        yield FieldError.invalid(path, value, fault)


def dns_label(path: str, value: str) -> Errors:
    """An RFC 1123 label: a container, a volume, a host."""
    return each(path, value, names.is_dns1123_label(value))


def dns_subdomain(path: str, value: str) -> Errors:
    """An RFC 1123 subdomain: the name of most objects."""
    return each(path, value, names.is_dns1123_subdomain(value))


def subdomain_name(name: str, prefix: bool) -> list[str]:
    """Sentences about an object's name; a ``prefix`` of one may end in a dash."""
    if _is_plain(name):
        return []
    return names.is_dns1123_subdomain(_masked(name) if prefix else name)


def label_name(name: str, prefix: bool) -> list[str]:
    """Sentences about the name of a namespace or a service."""
    if _is_plain(name):
        return []
    return names.is_dns1123_label(_masked(name) if prefix else name)


def _masked(name: str) -> str:
    return f"{name[:-2]}a" if len(name) > 1 and name.endswith("-") else name


@lru_cache(maxsize=8192)
def _qualified(value: str) -> tuple[str, ...]:
    return tuple(names.is_qualified_name(value))


def qualified_name(path: str, value: str) -> Errors:
    """A name with an optional domain before a slash: a label key, a condition type."""
    return each(path, value, _qualified(value))


def label_value(path: str, value: str) -> Errors:
    """The value of a label."""
    return each(path, value, names.is_label_value(value))


def labels(path: str, pairs: Mapping[str, str]) -> Errors:
    """Keys and values of labels, of a node selector or of a service selector."""
    for key, value in pairs.items():
        yield from qualified_name(path, key)
        yield from label_value(path, value)


def required_then(path: str, value: str, check: Errors) -> Errors:
    """``Required value`` when empty, else what ``check`` finds."""
    if value:
        yield from check
    else:
        yield FieldError.required(path)


def required(path: str, *fields: tuple[str, Any]) -> Errors:
    """``Required value`` for each named field that is empty."""
    for name, value in fields:
        if not value:
            yield FieldError.required(f"{path}.{name}")


def one_of(path: str, value: str, words: Sequence[str]) -> Errors:
    """Required, and one of the words a field knows; ``words`` in the order to print."""
    if not value:
        yield FieldError.required(path)
    elif value not in words:
        yield FieldError.not_supported(path, value, words)


def supported(path: str, value: str | None, words: Sequence[str]) -> Errors:
    """One of the words a field knows, when it is set at all."""
    if value is not None and value not in words:
        yield FieldError.not_supported(path, value, words)


def non_negative(path: str, value: int | None) -> Errors:
    """Zero or more, when it is set at all."""
    if value is not None and value < 0:
        yield FieldError.invalid(path, value, NEGATIVE)


def in_range(path: str, value: int | None, low: int, high: int) -> Errors:
    """Between two numbers, both included, when it is set at all."""
    if value is not None and not low <= value <= high:
        yield FieldError.invalid(path, value, between(low, high))


def port_number(path: str, value: int) -> Errors:
    """A port from 1 to 65535."""
    return in_range(path, value, 1, 65535)


def port_number_or_name(path: str, value: int | str) -> Errors:
    """A port by number, or by the name it has in the container."""
    if isinstance(value, str):
        return each(path, value, names.is_port_name(value))
    return port_number(path, value)


def file_mode(path: str, value: int | None) -> Errors:
    """Permission bits of a file, 0 to 0777."""
    if value is not None and not 0 <= value <= 0o777:
        yield FieldError.invalid(path, value, FILE_MODE)


def quantity_not_negative(path: str, value: Quantity) -> Errors:
    """An amount of zero or more."""
    if value.nano < 0:
        yield FieldError.invalid(path, str(value), NEGATIVE)


def immutable(path: str, new: Any, old: Any) -> Errors:
    """The same as before."""
    if new != old:
        yield FieldError.invalid(path, new, IMMUTABLE)


def no_backsteps(path: str, value: str) -> Errors:
    """A path that never climbs with ``..``."""
    if ".." in value.split("/"):
        yield FieldError.invalid(path, value, "must not contain '..'")


def descending_path(path: str, value: str) -> Errors:
    """A relative path that never climbs."""
    if value.startswith("/"):
        yield FieldError.invalid(path, value, "must be a relative path")
    yield from no_backsteps(path, value)


def local_path(path: str, value: str) -> Errors:
    """A relative path that never climbs and does not begin with two dots."""
    yield from descending_path(path, value)
    if value.startswith("..") and not value.startswith("../"):
        yield FieldError.invalid(path, value, "must not start with '..'")


Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_USUAL_ADDRESS = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}\Z", re.ASCII)


@lru_cache(maxsize=8192)
def parse_ip(value: str) -> Address | None:
    """An address, read as leniently as Go once did (leading zeros are decimal), or None."""
    try:
        if ":" not in value:
            value = ".".join(part.lstrip("0") or part[:1] for part in value.split("."))
        return None if "%" in value else ipaddress.ip_address(value)
    except ValueError:
        return None


def is_ipv6(value: str) -> bool:
    """Whether the text is an IPv6 address."""
    return ":" in value and isinstance(parse_ip(value), ipaddress.IPv6Address)


def ip_address(path: str, value: str, known: Collection[str] = ()) -> Errors:
    """An IP address; what was stored before (``known``) may stay even if no longer allowed."""
    if value not in known:
        yield from each(path, value, _ip_faults(value))


@lru_cache(maxsize=8192)
def _ip_faults(value: str) -> tuple[str, ...]:
    if _USUAL_ADDRESS.match(value):
        return ()
    address = parse_ip(value)
    if address is None:
        return ("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",)
    if address.version == 4 and _LEADING_ZERO.search(value):
        return ("must not have leading 0s",)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return ("must not be an IPv4-mapped IPv6 address",)
    return ()


def ip_block(path: str, value: str, known: Collection[str] = ()) -> Errors:
    """An IP block in CIDR form; what was stored before may stay."""
    if value in known:
        return
    try:
        address, _, length = value.partition("/")
        if not length.isdecimal() or "%" in address:
            raise ValueError(value)
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        fault = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
        yield FieldError.invalid(path, value, fault)
        return
    try:
        ipaddress.ip_network(value)
    except ValueError:
        yield FieldError.invalid(path, value, "must not have bits set beyond the prefix length")


def endpoint_ip(path: str, value: str) -> Errors:
    """An address that traffic may be sent to: neither unspecified, loopback nor link-local."""
    address = parse_ip(value)
    if address is None:
        yield FieldError.invalid(path, value, "must be a valid IP address")
        return
    link_local = "169.254.0.0/16, fe80::/10"
    if address.is_unspecified:
        yield FieldError.invalid(path, value, f"may not be unspecified ({value})")
    if address.is_loopback:
        fault = "may not be in the loopback range (127.0.0.0/8, ::1/128)"
        yield FieldError.invalid(path, value, fault)
    if address.is_link_local:
        yield FieldError.invalid(path, value, f"may not be in the link-local range ({link_local})")
    if value.startswith("224.0.0.") or value.lower().startswith("ff02:"):
        fault = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"
        yield FieldError.invalid(path, value, fault)


def dual_stack(path: str, addresses: Sequence[str], value: Any, what: str = "IP") -> Errors:
    """At most one address (or block) of each family."""
    families = [is_ipv6(address.partition("/")[0]) for address in addresses]
    if len(addresses) > 1 and sorted(families) != [False, True]:
        fault = f"may specify no more than one {what} for each IP family"
        yield FieldError.invalid(path, value, fault)
