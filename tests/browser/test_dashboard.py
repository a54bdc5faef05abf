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


SIZES = {"shop": 4, "api": 2, "big": 3}


def workloads() -> list[dict[str, Any]]:
    """Some of everything: what is well, what waits, what is broken."""
    shop, api, big = (
        deployment("shop", replicas=4),
        deployment("api", replicas=2),
        deployment("big"),
    )
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
    return [
        team,
        shop,
        api,
        big,
        stateful_set(replicas=2),
        daemon_set(),
        service("shop"),
        job,
        other,
    ]


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


def test_what_is_there_is_shown_by_view(dashboard: Page) -> None:
    expect(row(dashboard, "shop").filter(has_text="4/4").first).to_be_visible()
    expect(dashboard.get_by_role("heading", name="StatefulSets")).to_be_visible()
    expect(dashboard.get_by_role("list", name="Pods by state")).to_contain_text("10 Ready")
    view(dashboard, "Pods")
    expect(row(dashboard, "db-1")).to_contain_text("Running")
    expect(row(dashboard, "big-").first).to_contain_text("Pending")
    expect(row(dashboard, "big-").first.get_by_role("img", name="Unscheduled")).to_be_visible()
    view(dashboard, "Nodes")
    expect(dashboard.locator("tbody tr:visible")).to_have_count(3)
    view(dashboard, "Services")
    expect(row(dashboard, "shop")).to_contain_text("80/TCP")
    view(dashboard, "Events")
    expect(row(dashboard, "Successfully assigned").first).to_be_visible()


def test_it_is_live(shown: tuple[Cluster, Server], dashboard: Page) -> None:
    cluster = shown[0]
    cluster.apply(deployment("fresh", replicas=1))
    expect(row(dashboard, "fresh")).to_contain_text("0/1")
    cluster.run(60)
    expect(row(dashboard, "fresh")).to_contain_text("1/1")
    cluster.delete("deployment/fresh")
    expect(row(dashboard, "fresh")).to_have_count(0)
    before = dashboard.locator("#clock").inner_text()
    cluster.run(60)
    expect(dashboard.locator("#clock")).not_to_have_text(before)


def test_nothing_of_the_cluster_is_taken_for_html(dashboard: Page) -> None:
    expect(row(dashboard, "api").first).to_contain_text(EVIL)
    view(dashboard, "Events")
    expect(row(dashboard, EVIL).first).to_be_visible()
    view(dashboard, "Workloads")
    dashboard.get_by_role("link", name="shop", exact=True).click()
    expect(dashboard.get_by_label("YAML")).to_contain_text("note: <img src=x onerror=")
    assert dashboard.locator("img").count() == 0
    assert dashboard.title() == "shop · kubelite"


def test_namespaces_and_words_filter(dashboard: Page) -> None:
    view(dashboard, "Pods")
    expect(row(dashboard, "shop-")).to_have_count(4)
    dashboard.keyboard.press("/")
    dashboard.keyboard.type("shop node-2")
    expect(dashboard.locator("tbody tr:visible").first).to_contain_text("node-2")
    expect(row(dashboard, "db-0")).to_have_count(0)
    dashboard.get_by_label("Search").fill("nobody is called so")
    expect(dashboard.get_by_text("Nothing here fits")).to_be_visible()
    dashboard.get_by_label("Search").fill("")
    dashboard.get_by_label("Namespace", exact=True).select_option("team-blue")
    expect(dashboard.locator("tbody tr:visible")).to_have_count(1)
    expect(dashboard.get_by_role("list", name="Pods by state")).to_contain_text("1 pod")


def test_an_object_with_its_events_and_its_story(dashboard: Page) -> None:
    view(dashboard, "Pods")
    dashboard.get_by_role("link", name=re.compile("^shop-")).first.click()
    expect(dashboard.get_by_label("YAML")).to_contain_text("kind: Pod\n")
    expect(dashboard.get_by_text("Scheduled: Successfully assigned")).to_be_visible()
    expect(
        dashboard.get_by_text(re.compile("replicaset-controller created pod/shop-")).first
    ).to_be_visible()
    expect(dashboard.get_by_text("you created deployment/shop")).to_be_visible()
    dashboard.locator(".crumbs").get_by_role("link", name="Pods").click()
    expect(dashboard.get_by_role("heading", name="Pods")).to_be_visible()


def test_it_can_be_used_without_a_mouse(dashboard: Page) -> None:
    view(dashboard, "Services")
    dashboard.keyboard.press("Tab")
    dashboard.keyboard.press("Enter")
    expect(dashboard.get_by_role("heading", name="Events")).to_be_visible()
    reached = set()
    for _ in range(6):
        dashboard.keyboard.press("Tab")
        reached.add(
            dashboard.evaluate("document.activeElement.id || document.activeElement.tagName")
        )
    assert {"namespace", "search", "A"} <= reached


def test_it_only_reads_and_asks_nobody_else(
    browser: Browser, shown: tuple[Cluster, Server]
) -> None:
    server = shown[1]
    page = browser.new_page(ignore_https_errors=True)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(server.dashboard)
    for name in ("Pods", "Nodes", "Services", "Events", "Workloads"):
        view(page, name)
    page.get_by_role("link", name="shop", exact=True).click()
    expect(page.get_by_label("YAML")).to_contain_text("kind: Deployment")
    assert {request.method for request in asked} == {"GET"}
    assert all(request.url.startswith((server.url, "data:")) for request in asked)
    assert not [request.url for request in asked if server.token in request.url]
    assert page.context.cookies() == [] and server.token not in page.url
    assert faults == []
    page.close()


def test_without_a_token_it_asks_for_one(browser: Browser, shown: tuple[Cluster, Server]) -> None:
    server = shown[1]
    page = browser.new_page(ignore_https_errors=True)
    page.goto(server.url)
    page.get_by_label("Token").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("This token is not known here (any more).")
    page.get_by_label("Token").fill(server.token)
    page.get_by_role("button", name="Show the cluster").click()
    expect(row(page, "shop").first).to_be_visible()
    page.reload()
    expect(row(page, "shop").first).to_be_visible()
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 800])
def test_nothing_is_cut_off(
    browser: Browser, shown: tuple[Cluster, Server], width: int, scheme: Any
) -> None:
    page = browser.new_page(
        ignore_https_errors=True, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    page.goto(shown[1].dashboard)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for name in ("Workloads", "Pods", "Nodes", "Services", "Events"):
        view(page, name)
        expect(page.locator("tbody tr:visible").first).to_be_visible()
        boxes = "[...document.querySelectorAll('html, .scroll')]"
        assert page.evaluate(f"{boxes}.every(e => e.scrollWidth <= e.clientWidth)"), name
        page.screenshot(path=SCREENSHOTS / f"dashboard-{name.lower()}-{width}-{scheme}.png")
    page.close()
