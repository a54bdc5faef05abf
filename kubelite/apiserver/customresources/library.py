"""What Kubernetes adds to CEL: quantities, URLs, addresses, versions, formats, texts, lists.

A value of such a type is a record with one key that says which it is, so that equal ones compare
equal; what a rule calls on it is a function of it. Texts of errors are those of the package that
evaluates. Models k8s.io/apiserver/pkg/cel/library.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from kubelite.apimachinery import names
from kubelite.apimachinery.quantity import Quantity
from kubelite.apiserver.customresources.optionals import OPTIONALS, optional
from kubelite.apiserver.customresources.values import has_format

Tagged = dict[str, Any]

QUANTITY, URL, IP, CIDR, SEMVER, FORMAT = "$quantity", "$url", "$ip", "$cidr", "$semver", "$format"


def _inside(value: Tagged, tag: str) -> Any:
    if not isinstance(value, dict) or tag not in value:
        raise TypeError(f"no such overload: {tag[1:]} wanted")
    return value[tag]


def _is(make: Callable[[Any], Any]) -> Callable[[Any], bool]:
    """Whether ``make`` would succeed."""

    def test(text: Any) -> bool:
        try:
            make(text)
        except (TypeError, ValueError):
            return False
        return True

    return test


# Quantities and versions


def _quantity(text: Any) -> Tagged:
    return {QUANTITY: Quantity.parse(text).wire()}


def _amount(value: Any) -> Quantity:
    if isinstance(value, int):
        return Quantity.of(value)
    return Quantity.parse(_inside(value, QUANTITY))


def _whole(value: Tagged) -> bool:
    return _amount(value).nano % 10**9 == 0


def _as_integer(value: Tagged) -> int:
    if not _whole(value):
        raise ValueError("cannot convert value to integer")
    return _amount(value).nano // 10**9


def _sign(value: Tagged) -> int:
    nano = _amount(value).nano
    return (nano > 0) - (nano < 0)


def _add(one: Tagged, other: Any) -> Tagged:
    return {QUANTITY: (_amount(one) + _amount(other)).wire()}


def _sub(one: Tagged, other: Any) -> Tagged:
    return {QUANTITY: (_amount(one) - _amount(other)).wire()}


_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?\Z"
)


def _semver(text: str, lenient: bool = False) -> Tagged:
    if lenient:
        text = text.removeprefix("v")
        head = re.match(r"[\d.]*", text)
        numbers = head.group().split(".") if head else []
        rest = text[len(".".join(numbers)) :]
        numbers = [number.lstrip("0") or "0" for number in [*numbers, "0", "0"][:3]]
        text = ".".join(numbers) + rest
    found = _SEMVER.match(text)
    if found is None:
        raise ValueError(f"invalid semantic version {text!r}")
    major, minor, patch, before = found.groups()
    return {SEMVER: [int(major), int(minor), int(patch), before or ""]}


def _precedence(value: Tagged) -> tuple[Any, ...]:
    major, minor, patch, before = _inside(value, SEMVER)
    parts = tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in before.split(".")
    )
    return (major, minor, patch, before == "", parts)


def _compare(one: Tagged, other: Tagged) -> int:
    """-1, 0 or 1, of two quantities or of two versions."""
    if isinstance(one, dict) and SEMVER in one:
        mine, theirs = _precedence(one), _precedence(other)
        return (mine > theirs) - (mine < theirs)
    less, more = _amount(one) < _amount(other), _amount(one) > _amount(other)
    return more - less


# URLs


def _url(text: str) -> Tagged:
    parts = urlsplit(text)
    if not (parts.scheme and parts.netloc) and not text.startswith("/"):
        raise ValueError(f"URL parse error during conversion from string: {text!r}")
    if any(letter.isspace() for letter in parts.netloc):
        raise ValueError(f"URL parse error during conversion from string: {text!r}")
    _ = parts.port
    return {URL: text}


def _of_url(part: Callable[[Any], Any]) -> Callable[[Tagged], Any]:
    return lambda value: part(urlsplit(_inside(value, URL)))


def _port(parts: Any) -> str:
    return "" if parts.port is None else str(parts.port)


def _hostname(parts: Any) -> str:
    host: str = parts.netloc.rpartition("@")[2]
    if host.startswith("["):
        return host[1 : host.index("]")]
    return host.partition(":")[0]


# Addresses


def _ip(value: Any) -> Tagged:
    """An address from its text, or the first address of a block."""
    if isinstance(value, dict):
        return {IP: _inside(value, CIDR).partition("/")[0]}
    return {IP: str(_address(value))}


def _address(text: Any) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    text = _inside(text, IP) if isinstance(text, dict) else text
    if not isinstance(text, str) or "%" in text:
        raise ValueError(f"IP Address {text!r} parse error during conversion from string")
    return ipaddress.ip_address(text)


def _cidr(text: str) -> Tagged:
    if not isinstance(text, str) or "/" not in text or "%" in text:
        raise ValueError(f"network address parse error during conversion from string: {text!r}")
    found = ipaddress.ip_interface(text)
    return {CIDR: f"{found.ip}/{found.network.prefixlen}"}


def _block(value: Any) -> Any:
    text = _inside(value, CIDR) if isinstance(value, dict) else _cidr(value)[CIDR]
    return ipaddress.ip_interface(text).network


def _contains_ip(block: Tagged, address: Any) -> bool:
    return _address(address) in _block(block)


def _contains_cidr(block: Tagged, other: Any) -> bool:
    outer, inner = _block(block), _block(other)
    return bool(outer.version == inner.version and inner.subnet_of(outer))


def _family(value: Tagged) -> int:
    return _address(value).version


def _of_ip(name: str) -> Callable[[Tagged], bool]:
    return lambda value: bool(getattr(_address(value), name))


def _local_multicast(value: Tagged) -> bool:
    address = _address(value)
    local = "224.0.0.0/24" if address.version == 4 else "ff02::/16"
    return address in ipaddress.ip_network(local)


def _global_unicast(value: Tagged) -> bool:
    """As in Go: neither multicast nor of one machine or one link; private ones are."""
    address = _address(value)
    beyond = address.is_multicast or address.is_loopback or address.is_link_local
    return not (beyond or address.is_unspecified or str(address) == "255.255.255.255")


# Formats


def _prefix(check: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    return lambda text: check(text[:-1] + "a" if text.endswith("-") else text)


def _of_schema(name: str, format: str) -> Callable[[str], list[str]]:
    """A format that a schema may ask for, too."""
    return lambda text: [] if has_format(format, text) else [f"invalid {name}"]


def _uri(text: str) -> list[str]:
    return [] if _is(_url)(text) else ["invalid URI"]


FORMATS: dict[str, Callable[[str], list[str]]] = {
    "dns1123Label": names.is_dns1123_label,
    "dns1123Subdomain": names.is_dns1123_subdomain,
    "dns1035Label": names.is_dns1035_label,
    "dns1123LabelPrefix": _prefix(names.is_dns1123_label),
    "dns1123SubdomainPrefix": _prefix(names.is_dns1123_subdomain),
    "dns1035LabelPrefix": _prefix(names.is_dns1035_label),
    "qualifiedName": names.is_label_key,
    "portName": names.is_port_name,
    "labelValue": names.is_label_value,
    "uri": _uri,
    "uuid": _of_schema("uuid", "uuid"),
    "byte": _of_schema("base64", "byte"),
    "date": _of_schema("date", "date"),
    "datetime": _of_schema("datetime", "date-time"),
}


def _named(name: str) -> Any:
    return optional({FORMAT: name} if name in FORMATS else None)


def _validate(value: Tagged, text: str) -> Any:
    return optional(FORMATS[_inside(value, FORMAT)](text) or None)


def _format(name: str) -> Callable[[], Tagged]:
    return lambda: {FORMAT: name}


# Texts and lists


def _find(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    return found.group() if found else ""


def _find_all(text: str, pattern: str, limit: int = -1) -> list[str]:
    found = [match.group() for match in re.finditer(pattern, text)]
    return found if limit < 0 else found[:limit]


def _is_sorted(items: Sequence[Any]) -> bool:
    return all(not after < before for before, after in zip(items, items[1:], strict=False))


def _index_of(where: Any, what: Any, start: int = 0) -> int:
    if isinstance(where, str):
        return where.find(what, start)
    return next((place for place, item in enumerate(where) if item == what), -1)


def _last_index_of(where: Any, what: Any, *end: int) -> int:
    if isinstance(where, str):
        return where.rfind(what, 0, end[0] + len(what)) if end else where.rfind(what)
    return next((p for p in range(len(where) - 1, -1, -1) if where[p] == what), -1)


_VERB = re.compile(r"%(?:\.(\d+))?([sdfexXob%])")


def _filled(text: str, values: Sequence[Any]) -> str:
    """``format`` of a text: %s %d %f %e %x %X %o %b."""
    given = iter(values)

    def one(verb: re.Match[str]) -> str:
        precision, letter = verb.groups()
        if letter == "%":
            return "%"
        try:
            value = next(given)
        except StopIteration:
            raise ValueError("index out of range") from None
        if letter in "fe":
            return f"{float(value):.{precision or 6}{letter}}"
        if letter in "xX" and isinstance(value, str):
            shown = value.encode().hex()
            return shown.upper() if letter == "X" else shown
        return _shown(value) if letter == "s" else format(int(value), letter)

    return _VERB.sub(one, text)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_shown, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_shown(k)}: {_shown(v)}' for k, v in sorted(value.items()))}}}"
    return "null" if value is None else str(value)


LIBRARY: dict[str, Callable[..., Any]] = {
    "quantity": _quantity,
    "isQuantity": _is(_quantity),
    "isInteger": _whole,
    "asInteger": _as_integer,
    "asApproximateFloat": lambda value: _amount(value).nano / 10**9,
    "sign": _sign,
    "add": _add,
    "sub": _sub,
    "compareTo": _compare,
    "isLessThan": lambda one, other: _compare(one, other) < 0,
    "isGreaterThan": lambda one, other: _compare(one, other) > 0,
    "semver": _semver,
    "isSemver": lambda text, lenient=False: _is(lambda t: _semver(t, lenient))(text),
    "major": lambda value: _inside(value, SEMVER)[0],
    "minor": lambda value: _inside(value, SEMVER)[1],
    "patch": lambda value: _inside(value, SEMVER)[2],
    "url": _url,
    "isURL": _is(_url),
    "getScheme": _of_url(lambda parts: parts.scheme),
    "getHost": _of_url(lambda parts: parts.netloc.rpartition("@")[2]),
    "getHostname": _of_url(_hostname),
    "getPort": _of_url(_port),
    "getEscapedPath": _of_url(lambda parts: parts.path),
    "getQuery": _of_url(lambda parts: parse_qs(parts.query, keep_blank_values=True)),
    "ip": _ip,
    "isIP": _is(_address),
    "ip.isCanonical": lambda text: str(_address(text)) == text,
    "family": _family,
    "isUnspecified": _of_ip("is_unspecified"),
    "isLoopback": _of_ip("is_loopback"),
    "isLinkLocalMulticast": _local_multicast,
    "isLinkLocalUnicast": _of_ip("is_link_local"),
    "isGlobalUnicast": _global_unicast,
    "cidr": _cidr,
    "isCIDR": _is(_cidr),
    "containsIP": _contains_ip,
    "containsCIDR": _contains_cidr,
    "masked": lambda value: {CIDR: str(_block(value))},
    "prefixLength": lambda value: _block(value).prefixlen,
    "format.named": _named,
    **{f"format.{name}": _format(name) for name in FORMATS},
    "validate": _validate,
    "find": _find,
    "findAll": _find_all,
    "isSorted": _is_sorted,
    "indexOf": _index_of,
    "lastIndexOf": _last_index_of,
    "format": _filled,
    **OPTIONALS,
}
"""Registration: one row is one function, whichever type it belongs to."""
