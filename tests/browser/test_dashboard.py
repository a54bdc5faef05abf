"""The dashboard in a real browser: what it shows, live, and what it never does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from kubelite import Cluster
from kubelite.edge.http.server import Server
from tests.browser.conftest import SCREENSHOTS
from tests.manifests import daemon_set, deployment, service, stateful_set

EVIL = "<img src=x onerror=\"document.title='taken'\">"


def workloads() -> list[dict[str, Any]]:
    """Some of everything: what is well, what waits, what is broken."""
    shop, api, big = deployment("shop", replicas=4), deployment("api", replicas=2), deployment("big")
    shop["metadata"]["annotations"] = {"note": EVIL}
    api["spec"]["template"]["spec"]["containers"][0]["image"] = EVIL
    room = {"requests": {"cpu": "900"}}
    big["spec"]["template"]["spec"]["containers"][0]["resources"] = room
    once = {"containers": [{"name": "main", "image": "busybox:1.36", "command": ["true"]}]}
    job: dict[str, Any] = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "report"}}
    job["spec"] = {"template": {"spec": {**once, "restartPolicy": "Never"}}}
    team = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-blue"}}
    other = deployment("blue", replicas=1)
    other["metadata"]["namespace"] = "team-blue"
    return [team, shop, api, big, stateful_set(replicas=2), daemon_set(), service("shop"), job, other]


@pytest.fixture(scope="module")
def shown() -> Iterator[tuple[Cluster, Server]]:
    cluster = Cluster(nodes=3, seed=7)
    cluster.apply(workloads())
    cluster.run(90)
    with cluster.serve(speed=1) as server:
        yield cluster, server


@pytest.fixture
def dashboard(browser: Browser, shown: tuple[Cluster, Server], request: Any) -> Iterator[Page]:
    """A tab that shows the cluster; what it shows at the end is saved under build/screenshots."""
    look = getattr(request, "param", {})
    page = browser.new_page(
        ignore_https_errors=True, viewport={"width": 1280, "height": 900}, **look
    )
    page.goto(shown[1].dashboard)
    expect(page.get_by_role("status").filter(has_text="live")).to_be_visible()
    yield page
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{request.node.name}.png")
    page.close()


def view(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=name).click()


def row(page: Page, text: str) -> Any:
    return page.locator("tbody tr:visible").filter(has_text=text)
