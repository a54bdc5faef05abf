"""Good and bad names; the tables are shortened from upstream's validation_test.go."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kubelite.apimachinery import names

Check = Callable[[str], list[str]]

GOOD: list[tuple[Check, list[str]]] = [
    (names.is_dns1123_label, ["a", "ab", "a1", "a-1", "a--1--2--b", "0", "0-a", "a" * 63]),
    (names.is_dns1123_subdomain, ["a", "a.b", "a-1.b-2", "0.0", "1.a.2", "a" * 253]),
    (names.is_dns1035_label, ["a", "ab", "a1", "a-1--2", "a" * 63]),
    (names.is_label_key, ["simple", "now-with-dashes", "1.2.3", "a.b/c_d", "123.456/A"]),
    (names.is_label_value, ["", "simple", "a_b.c-d", "1-num", "A", "a" * 63]),
    (names.is_port_name, ["telnet", "re-mail-ck", "pop3", "a", "a-1", "1-a", "a" * 15]),
    (names.is_env_var_name, ["A", "_a", "my.env-name", "A1"]),
    (names.is_relaxed_env_var_name, ["1", "a b", "..", "~!@"]),
    (names.is_config_map_key, ["a", "good", "1.2-3_4", ".hidden", "a" * 253]),
    (names.is_c_identifier, ["a", "_a1", "A_B"]),
    (names.is_percent, ["0%", "100%", "1000%"]),
    (names.is_wildcard_dns1123_subdomain, ["*.example.com", "*.a"]),
    (names.is_http_header_name, ["X-Forwarded-For"]),
]
BAD: list[tuple[Check, list[str]]] = [
    (names.is_dns1123_label, ["", "A", "a.", "a_b", "-a", "a-", "a\n", "á", "a" * 64]),
    (names.is_dns1123_subdomain, ["", "A", "a..b", ".a", "a.", "a_b", "a.b\n", "a" * 254]),
    (names.is_dns1035_label, ["", "0", "1a", "A", "a.b", "a-", "a" * 64]),
    (names.is_label_key, ["", "/a", "a/", "a/b/c", "-a", "a b", "A.b/c", "a" * 64, "a\n"]),
    (names.is_label_value, ["-", "a b", "a/b", ".", "a" * 64, "a\n"]),
    (names.is_port_name, ["", "1", "-a", "a-", "a--b", "A", "a" * 16, "٣a"]),
    (names.is_env_var_name, ["", "1a", "a=b", "..", ".", "..a"]),
    (names.is_relaxed_env_var_name, ["", "a=b", "á", "a\n"]),
    (names.is_config_map_key, ["", ".", "..", "..a", "a/b", "a b", "a" * 254]),
    (names.is_c_identifier, ["", "1", "a-b", "a.b"]),
    (names.is_percent, ["", "1", "1.0%", "%1", "٣%"]),
    (names.is_wildcard_dns1123_subdomain, ["*.", "*.*.a", "*a", "a.*", "example.com"]),
    (names.is_http_header_name, ["", "a_b", "a b"]),
]


@pytest.mark.parametrize(("check", "values"), GOOD)
def test_good_names(check: Check, values: list[str]) -> None:
    assert {value: check(value) for value in values if check(value)} == {}


@pytest.mark.parametrize(("check", "values"), BAD)
def test_bad_names(check: Check, values: list[str]) -> None:
    assert [value for value in values if not check(value)] == []


def test_the_sentences_are_upstreams() -> None:
    assert names.is_dns1123_subdomain("Shop_1") == [
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' "
        "or '.', and must start and end with an alphanumeric character (e.g. 'example.com', "
        "regex used for validation is "
        "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    ]
    assert names.is_dns1123_label("a.b") == ["must not contain dots"]
    assert names.is_label_value("a" * 64) == ["must be no more than 63 bytes"]
    assert names.is_label_key("/a") == ["prefix part must be non-empty"]
    assert names.is_label_key("") == [
        "name part must be non-empty",
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and "
        "end with an alphanumeric character (e.g. 'MyName', or 'my.name', or '123-abc', regex "
        "used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ]
    assert names.is_port_number(0) == ["must be between 1 and 65535, inclusive"]
    assert names.is_user_id(-1) == ["must be between 0 and 4294967295, inclusive"]
