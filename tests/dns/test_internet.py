"""The part of the internet that manifests fetch from."""

from __future__ import annotations

import pytest

from kubelite.dns import address_of


@pytest.mark.parametrize("name", ["github.com", "raw.githubusercontent.com.", "INFO.cern.ch"])
def test_known_domains_have_addresses(name: str) -> None:
    assert address_of(name).startswith("203.0.113.")
    assert address_of(name) == address_of(name.lower().rstrip("."))


@pytest.mark.parametrize("name", ["web", "com", "nosuch.example.com", "notgithub.com", ""])
def test_no_other_name_exists(name: str) -> None:
    assert address_of(name) == ""
