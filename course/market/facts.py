"""The numbers of each orchestrator, read from ``rules.yaml``; and where each stands today."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

FOLDER = Path(__file__).parent
ORCHESTRATORS = ("kubernetes", "swarm", "nomad", "marathon")


class Standing(NamedTuple):
    """Where a product stands, in a sentence, and who says so."""

    title: str
    license: str
    sentence: str
    source: str


class Standings(tuple[Standing, ...]):
    """One line for each product."""

    def __repr__(self) -> str:
        lines = [f"{one.title}: {one.sentence}\n    {one.license}. {one.source}" for one in self]
        return "\n".join([*lines, f"(looked up on {_read()['seen']})"])

    def _repr_markdown_(self) -> str:
        rows = [f"| {one.title} | {one.sentence} | {one.license} | {one.source} |" for one in self]
        head = ["| product | where it stands | licence | source |", "|---|---|---|---|"]
        return "\n".join([*head, *rows, "", f"(looked up on {_read()['seen']})"])


@cache
def _read() -> dict[str, Any]:
    raw: dict[str, Any] = yaml.safe_load((FOLDER / "rules.yaml").read_text(encoding="utf-8"))
    return raw


@cache
def numbers(orchestrator: str) -> dict[str, float]:
    """Its rules by name, in seconds or as counts."""
    return {name: row["value"] for name, row in _read()[orchestrator]["numbers"].items()}


def sources(orchestrator: str) -> dict[str, str]:
    """Who says each of its numbers."""
    return {name: row["source"] for name, row in _read()[orchestrator]["numbers"].items()}


def title(orchestrator: str) -> str:
    """Its name as people say it."""
    return str(_read()[orchestrator]["title"])


def thing(orchestrator: str) -> str:
    """What it calls one copy of the application."""
    return str(_read()[orchestrator]["thing"])


def standings() -> Standings:
    """Where each product stands in November 2026."""
    rows = [_read()[name] for name in ORCHESTRATORS]
    return Standings(
        Standing(row["title"], row["license"], row["standing"], row["source"]) for row in rows
    )


class Approximations(tuple[str, ...]):
    """What is simpler here than with the products, a line each."""

    def __repr__(self) -> str:
        return "\n".join(f"- {one}" for one in self)

    def _repr_markdown_(self) -> str:
        return repr(self)


def approximations() -> Approximations:
    """The card: where these rules are simpler than the products, and what that changes."""
    return Approximations(_read()["approximations"])
