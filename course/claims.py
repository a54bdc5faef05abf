"""What the deck says, as ``course/claims.yaml`` has it, and where chapters settle it.

A chapter marks the cell that settles a claim with a tag (``# %% tags=["claim:ID"]``) or, in code,
with a comment ``# CLAIM: ID``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import yaml

FILE = Path(__file__).parent / "claims.yaml"
HOLDS, CORRECTED, OPINION = "holds", "holds with a correction", "opinion"

_COMMENT = re.compile(r"^\s*# CLAIM: ([a-z0-9-]+)\s*$", re.MULTILINE)
_TAG = re.compile(r'"claim:([a-z0-9-]+)"')
_CELL = re.compile(r"^# %%(.*)$", re.MULTILINE)


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence of the deck in our words, and what became of it."""

    id: str
    heading: str
    chapter: str
    says: str
    verdict: str
    tests: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    note: str = ""


class Ledger(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    headings: dict[str, tuple[str, ...]]
    claims: tuple[Claim, ...]

    def places(self) -> list[str]:
        """Every heading as ``SECTION / HEADING``, in the deck's order."""
        return [f"{section} / {one}" for section, all_ in self.headings.items() for one in all_]

    def of_chapter(self, number: str) -> list[Claim]:
        """The claims that a chapter has to settle."""
        return [claim for claim in self.claims if claim.chapter == number]


class Mark(NamedTuple):
    """A claim named in a chapter, and whether a code cell names it."""

    claim: str
    by_code: bool


@cache
def ledger() -> Ledger:
    """The ledger as it stands."""
    return msgspec.convert(yaml.safe_load(FILE.read_text(encoding="utf-8")), Ledger)


def marks(source: str) -> Iterator[Mark]:
    """Every mark in a chapter's percent script."""
    starts = [*_CELL.finditer(source)]
    ends = [*(found.start() for found in starts[1:]), len(source)]
    for head, end in zip(starts, ends, strict=True):
        by_code = "[markdown]" not in head[1]
        inside = _COMMENT.findall(source[head.end() : end]) if by_code else []
        yield from (Mark(name, by_code) for name in [*_TAG.findall(head[1]), *inside])
