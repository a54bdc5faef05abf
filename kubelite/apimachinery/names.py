"""Which texts may be names, labels, ports and keys.

Each check returns upstream's sentences about what is wrong; an empty list is a good name.
Models ``k8s.io/apimachinery/pkg/util/validation`` and ``pkg/api/validate/content``.
"""

from __future__ import annotations

import re

LABEL_MAX_LENGTH = 63
SUBDOMAIN_MAX_LENGTH = 253

_DNS1123_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_DNS1123_SUBDOMAIN = rf"{_DNS1123_LABEL}(\.{_DNS1123_LABEL})*"
_WILDCARD_SUBDOMAIN = rf"\*\.{_DNS1123_SUBDOMAIN}"
_DNS1035_LABEL = "[a-z]([-a-z0-9]*[a-z0-9])?"
_LABEL_KEY = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_LABEL_VALUE = f"({_LABEL_KEY})?"
_C_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]*"
_ENV_VAR_NAME = "[-._a-zA-Z][-._a-zA-Z0-9]*"
_CONFIG_MAP_KEY = "[-._a-zA-Z0-9]+"
_PERCENT = "[0-9]+%"
_HTTP_HEADER = "[-A-Za-z0-9]+"


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})\Z", re.ASCII)


_is_dns1123_label = _whole(_DNS1123_LABEL).match
_is_dns1123_subdomain = _whole(_DNS1123_SUBDOMAIN).match
_is_wildcard_subdomain = _whole(_WILDCARD_SUBDOMAIN).match
_is_dns1035_label = _whole(_DNS1035_LABEL).match
_is_label_key = _whole(_LABEL_KEY).match
_is_label_value = _whole(_LABEL_VALUE).match
_is_c_identifier = _whole(_C_IDENTIFIER).match
_is_env_var_name = _whole(_ENV_VAR_NAME).match
_is_config_map_key = _whole(_CONFIG_MAP_KEY).match
_is_percent = _whole(_PERCENT).match
_is_http_header = _whole(_HTTP_HEADER).match
_is_port_charset = _whole("[-a-z0-9]+").match
_has_letter = re.compile("[a-z]").search

EMPTY = "must be non-empty"


def too_long(limit: int) -> str:
    """The sentence about a text with more bytes than allowed."""
    return f"must be no more than {limit} bytes"


def out_of_range(low: int, high: int) -> str:
    """The sentence about a number outside its bounds."""
    return f"must be between {low} and {high}, inclusive"


def mismatch(message: str, pattern: str, *examples: str) -> str:
    """The sentence about a text that a pattern does not match, with examples that it does."""
    if not examples:
        return f"{message} (regex used for validation is '{pattern}')"
    shown = "or ".join(f"'{example}', " for example in examples)
    return f"{message} (e.g. {shown}regex used for validation is '{pattern}')"


def _length(value: str, limit: int) -> list[str]:
    return [too_long(limit)] if len(value.encode(errors="surrogatepass")) > limit else []


def is_dns1123_label(value: str) -> list[str]:
    """The name of a namespace or a container: ``my-name``."""
    errors = _length(value, LABEL_MAX_LENGTH)
    if not _is_dns1123_label(value):
        if _is_dns1123_subdomain(value):
            errors.append("must not contain dots")
        else:
            message = (
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters "
                "or '-', and must start and end with an alphanumeric character"
            )
            errors.append(mismatch(message, _DNS1123_LABEL, "my-name", "123-abc"))
    return errors


def is_dns1123_subdomain(value: str) -> list[str]:
    """The name of most objects: ``example.com``."""
    errors = _length(value, SUBDOMAIN_MAX_LENGTH)
    if not _is_dns1123_subdomain(value):
        message = (
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, "
            "'-' or '.', and must start and end with an alphanumeric character"
        )
        errors.append(mismatch(message, _DNS1123_SUBDOMAIN, "example.com"))
    return errors


def is_wildcard_dns1123_subdomain(value: str) -> list[str]:
    """The host of an Ingress that stands for all below it: ``*.example.com``."""
    errors = _length(value, SUBDOMAIN_MAX_LENGTH)
    if not _is_wildcard_subdomain(value):
        message = (
            "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS "
            "subdomain, which must consist of lower case alphanumeric characters, '-' or '.' "
            "and end with an alphanumeric character"
        )
        errors.append(mismatch(message, _WILDCARD_SUBDOMAIN, "*.example.com"))
    return errors


def is_dns1035_label(value: str) -> list[str]:
    """The name of a Service: a label that starts with a letter."""
    errors = _length(value, LABEL_MAX_LENGTH)
    if not _is_dns1035_label(value):
        message = (
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
            "start with an alphabetic character, and end with an alphanumeric character"
        )
        errors.append(mismatch(message, _DNS1035_LABEL, "my-name", "abc-123"))
    return errors


_LABEL_KEY_MESSAGE = (
    "must consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character"
)
_LABEL_KEY_EXAMPLES = ("MyName", "my.name", "123-abc")


def is_label_key(value: str) -> list[str]:
    """A qualified name such as ``app`` or ``example.com/app``."""
    prefix, slash, name = value.rpartition("/")
    if "/" in prefix:
        sentence = mismatch(_LABEL_KEY_MESSAGE, _LABEL_KEY, *_LABEL_KEY_EXAMPLES)
        example = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        return [f"a valid label key {sentence} {example}"]
    errors: list[str] = []
    if slash and not prefix:
        errors.append(f"prefix part {EMPTY}")
    elif slash:
        errors += [f"prefix part {error}" for error in is_dns1123_subdomain(prefix)]
    if not name:
        errors.append(f"name part {EMPTY}")
    errors += [f"name part {error}" for error in _length(name, LABEL_MAX_LENGTH)]
    if not _is_label_key(name):
        sentence = mismatch(_LABEL_KEY_MESSAGE, _LABEL_KEY, *_LABEL_KEY_EXAMPLES)
        errors.append(f"name part {sentence}")
    return errors


is_qualified_name = is_label_key


def is_label_value(value: str) -> list[str]:
    """What a label may hold; the empty text is fine."""
    errors = _length(value, LABEL_MAX_LENGTH)
    if not _is_label_value(value):
        message = (
            "a valid label must be an empty string or consist of alphanumeric characters, "
            "'-', '_' or '.', and must start and end with an alphanumeric character"
        )
        errors.append(mismatch(message, _LABEL_VALUE, "MyValue", "my_value", "12345"))
    return errors


def is_c_identifier(value: str) -> list[str]:
    """A name as the C language takes it."""
    if _is_c_identifier(value):
        return []
    message = (
        "a valid C identifier must start with alphabetic character or '_', "
        "followed by a string of alphanumeric characters or '_'"
    )
    return [mismatch(message, _C_IDENTIFIER, "my_name", "MY_NAME", "MyName")]


def is_port_number(port: int) -> list[str]:
    """A port that something can listen on."""
    return [] if 1 <= port <= 65535 else [out_of_range(1, 65535)]


def is_user_id(uid: int) -> list[str]:
    """A numeric user or group of a container's process."""
    return [] if 0 <= uid <= 2**32 - 1 else [out_of_range(0, 2**32 - 1)]


def is_port_name(port: str) -> list[str]:
    """The name of a port: short, lower case, at least one letter."""
    errors = _length(port, 15)
    if not _is_port_charset(port):
        errors.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not _has_letter(port):
        errors.append("must contain at least one letter (a-z)")
    if "--" in port:
        errors.append("must not contain consecutive hyphens")
    if port.startswith("-") or port.endswith("-"):
        errors.append("must not begin or end with a hyphen")
    return errors


def is_percent(value: str) -> list[str]:
    """A whole percentage such as ``25%``."""
    if _is_percent(value):
        return []
    message = "a valid percent string must be a numeric string followed by an ending '%'"
    return [mismatch(message, _PERCENT, "1%", "93%")]


def is_http_header_name(value: str) -> list[str]:
    """The name of an HTTP header."""
    if _is_http_header(value):
        return []
    message = "a valid HTTP header must consist of alphanumeric characters or '-'"
    return [mismatch(message, _HTTP_HEADER, "X-Header-Name")]


def _parent_directory(value: str) -> list[str]:
    if value in (".", ".."):
        return [f"must not be '{value}'"]
    return ["must not start with '..'"] if value.startswith("..") else []


def is_env_var_name(value: str) -> list[str]:
    """The name of an environment variable, as strictly as it used to be."""
    errors = []
    if not _is_env_var_name(value):
        message = (
            "a valid environment variable name must consist of alphabetic characters, digits, "
            "'_', '-', or '.', and must not start with a digit"
        )
        examples = ("my.env-name", "MY_ENV.NAME", "MyEnvName1")
        errors.append(mismatch(message, _ENV_VAR_NAME, *examples))
    return errors + _parent_directory(value)


def is_relaxed_env_var_name(value: str) -> list[str]:
    """The name of an environment variable: printable ASCII without ``=``."""
    errors = [] if value else [f"environment variable name {EMPTY}"]
    if any(not " " <= char <= "~" or char == "=" for char in value):
        errors.append(
            "a valid environment variable name must consist only of printable ASCII characters "
            "other than '='"
        )
    return errors


def is_config_map_key(value: str) -> list[str]:
    """A key of a ConfigMap or Secret; it becomes a file name."""
    errors = _length(value, SUBDOMAIN_MAX_LENGTH)
    if not _is_config_map_key(value):
        message = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
        errors.append(mismatch(message, _CONFIG_MAP_KEY, "key.name", "KEY_NAME", "key-name"))
    return errors + _parent_directory(value)


def path_segment(name: str) -> list[str]:
    """Sentences about a name that only has to fit into a URL, as every name has to."""
    if name in (".", ".."):
        return [f"may not be '{name}'"]
    return [f"may not contain '{mark}'" for mark in ("/", "%") if mark in name]
