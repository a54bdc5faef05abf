"""Managed offers: what is run for you, what stays yours, and what a control plane costs a month."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import yaml

from course.story.parameters import prices

WHO = {"P": "the provider", "Y": "you", "M": "depends on the mode"}


class Offer(NamedTuple):
    """One product; ``per_month`` is the control plane, in dollars."""

    name: str
    url: str
    per_month: float
    more: str
    runs: str
    nodes: str
    source: str


class Managed(NamedTuple):
    """All offers, and who has which duty: (duty, when self-managed, when managed)."""

    seen: str
    offers: tuple[Offer, ...]
    duties: tuple[tuple[str, str, str], ...]

    def __repr__(self) -> str:
        lines = [f"{'':38}{'self-managed':14}managed"]
        lines += [f"{duty:38}{own:14}{theirs}" for duty, own, theirs in self.duties]
        for one in self.offers:
            lines += ["", f"{one.name}: control plane ${one.per_month:.0f} a month ({one.more})"]
            lines += [f"    runs:  {one.runs}", f"    nodes: {one.nodes}", f"    {one.source}"]
        return "\n".join([*lines, "", f"(looked up on {self.seen})"])

    def _repr_markdown_(self) -> str:
        lines = ["| | self-managed | managed |", "|---|---|---|"]
        lines += [f"| {duty} | {own} | {theirs} |" for duty, own, theirs in self.duties]
        lines += [
            "",
            "| offer | control plane | it runs | machines | source |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| [{one.name}]({one.url}) | USD {one.per_month:.0f} a month; {one.more} "
            f"| {one.runs} | {one.nodes} | {one.source} |"
            for one in self.offers
        ]
        return "\n".join([*lines, "", f"(looked up on {self.seen}; prices in US dollars)"])


def managed() -> Managed:
    """What ``managed.yaml`` says; a price of the story comes from there."""
    raw = yaml.safe_load((Path(__file__).parent / "managed.yaml").read_text(encoding="utf-8"))
    offers = tuple(_offer(one, raw["hours_per_month"]) for one in raw["offers"])
    duties = tuple((one["duty"], WHO[one["self"]], WHO[one["managed"]]) for one in raw["duties"])
    return Managed(str(raw["seen"]), offers, duties)


def _offer(raw: dict[str, Any], hours: int) -> Offer:
    price = raw["control_plane"]
    hourly = prices().control_plane_hour if "story" in price else price["per_hour"]
    words = [str(raw[name]) for name in ("more", "runs", "nodes", "source")]
    return Offer(raw["name"], raw["url"], hourly * hours, *words)
