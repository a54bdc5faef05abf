"""axe-core, which finds faults that keep people with other senses or hands from a page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.clients.installing import clients


def faults(page: Page, place: str) -> list[str]:
    """What axe-core calls serious or critical in everything on the page that fits ``place``."""
    page.add_script_tag(path=str(clients().packages / "node_modules/axe-core/axe.min.js"))
    found: dict[str, Any] = page.evaluate("place => axe.run({include: [[place]]})", place)
    if len(found["passes"]) < 3:
        raise RuntimeError(f"axe-core found too little to look at in {place}")
    return [
        f"{fault['id']}: {fault['nodes'][0]['html']}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
