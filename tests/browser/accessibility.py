"""axe-core, which finds faults that keep people with other senses or hands from a page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.clients.installing import clients


def expect_no_faults(page: Page, place: str) -> None:
    """Nothing on the page that fits ``place`` has a fault that axe-core calls serious or worse."""
    page.add_script_tag(path=str(clients().packages / "node_modules/axe-core/axe.min.js"))
    found: dict[str, Any] = page.evaluate("place => axe.run({include: [[place]]})", place)
    assert len(found["passes"]) > 5  # it has looked
    bad = [fault for fault in found["violations"] if fault["impact"] in ("serious", "critical")]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in bad] == []
