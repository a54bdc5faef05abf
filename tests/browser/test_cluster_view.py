"""The view of a cluster in a real browser: pointing, opening, colouring, themes, requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from course.view.cluster_view import TILE, ClusterView
from kubelite import Cluster
from tests.browser.accessibility import faults
from tests.browser.conftest import SCREENSHOTS
from tests.browser.standing import Standing
from tests.course.view import pretend
from tests.manifests import deployment, service

EVIL = "<img src=x onerror=\"document.title='taken'\">"
POOLS = [
    {"name": "web-a", "count": 2, "zone": "region-1a"},
    {"name": "web-b", "count": 2, "zone": "region-1b"},
    {
        "name": "batch",
        "zone": "region-1b",
        "machine_type": "standard-2",
        "taints": ["team=batch:NoSchedule"],
    },
]


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    """Three pools in two zones; one node drained and one cordoned; a shop that is asked."""
    cluster = Cluster(nodes=0, pools=POOLS)
    shop = deployment("shop", replicas=6, pod={"terminationGracePeriodSeconds": 1})
    shop["spec"]["template"]["metadata"]["annotations"] = {"note": EVIL}
    cluster.apply([shop, service("shop"), deployment("api", replicas=3)])
    cluster.run(30)
    cluster.drain("batch-1")
    cluster.cordon("web-a-1")
    cluster.run(20)
    for _ in range(40):
        cluster.send_request("shop")
        cluster.run(0.2)
    return cluster


@pytest.fixture
def stage(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that fails the test when a script fails on it."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    screenshot(page, request.node.name)
    page.close()
    assert errors == []


@pytest.fixture
def shown(stage: Page, cluster: Cluster) -> Standing:
    standing = Standing(stage, ClusterView(cluster, title=EVIL))
    at_rest(stage.locator("canvas"))
    return standing


def at_rest(canvas: Locator) -> None:
    done = "canvas => canvas.dataset.done === canvas.dataset.seq"
    canvas.page.wait_for_function(done, arg=canvas.element_handle())


def screenshot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def test_the_mouse_hovers_and_opens(shown: Standing) -> None:
    page, picked = shown.page, list[str]()
    shown.view.on_select(picked.append)
    canvas, tip = page.locator("canvas"), page.get_by_role("tooltip")
    canvas.hover(position={"x": 60, "y": 120})
    expect(tip).to_contain_text("web-a-1, ready, scheduling disabled")
    expect(tip).to_contain_text("zone region-1a, pool web-a")
    canvas.hover(position={"x": 40, "y": 150})
    expect(tip).to_contain_text("Running, ready")
    expect(tip).to_contain_text("on web-a-1")
    canvas.hover(position={"x": 500, "y": 60})
    expect(tip).to_have_text("Pods that the scheduler has not bound to a node")

    shop = next(p for p in shown.view.scene.on("web-a-2") if p.owner.startswith("ReplicaSet/shop"))
    canvas.click(position=middle(shown.view, shop.name))
    panel = page.get_by_role("region", name="Details")
    text = panel.get_by_role("tabpanel")
    expect(text).to_contain_text("kind: Pod")
    expect(text).to_contain_text("note: <img src=x onerror=")
    assert picked == [f"pod/{shop.name}"] and shown.view.namespace == "default"
    panel.get_by_role("tab", name="Events").click()
    expect(text).to_contain_text("Scheduled: Successfully assigned")
    panel.get_by_role("tab", name="Logs").click()
    expect(text).to_contain_text("shop 1.0 starting")
    panel.get_by_role("tab", name="Story").click()
    expect(text).to_contain_text("you created deployment/shop")
    assert faults(page, ".kubelite-view") == []
    panel.get_by_role("button", name="Close details").click()
    expect(panel).to_be_hidden()
    assert picked[-1] == ""
    assert page.title() == "A view" and page.locator("img").count() == 0


def middle(view: ClusterView, name: str) -> Any:
    """Where a pod's tile is on the canvas, a few pixels inside."""
    for number, x, y, *_ in TILE.iter_unpack(view.tiles):
        subject = view._cards.subject(number)
        if subject and subject.name == name:
            return {"x": x + 5, "y": y + 5}
    raise LookupError(name)


def test_the_keyboard_does_all_of_it(shown: Standing) -> None:
    page = shown.page
    canvas, tip = page.locator("canvas"), page.get_by_role("tooltip")
    page.get_by_label("Colour by").focus()
    page.keyboard.press("Tab")
    expect(canvas).to_be_focused()
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("ArrowDown")
    expect(tip).to_contain_text("web-a-1, ready")
    page.keyboard.press("ArrowRight")
    expect(tip).to_contain_text("on web-a-1")
    expect(page.get_by_role("status")).to_contain_text("on web-a-1")
    page.keyboard.press("ArrowDown")
    expect(tip).to_contain_text("web-a-2, ready")
    page.keyboard.press("ArrowUp")
    expect(tip).to_contain_text("web-a-1, ready")
    page.keyboard.press("Enter")
    panel = page.get_by_role("region", name="Details")
    expect(panel.get_by_role("tab", name="YAML")).to_be_focused()
    expect(panel.get_by_role("tabpanel")).to_contain_text("kind: Node")
    assert page.evaluate(outline) == "solid"
    page.keyboard.press("ArrowRight")
    expect(panel.get_by_role("tab", name="Events")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(canvas).to_be_focused()


def test_a_screen_reader_has_the_same_in_words(shown: Standing) -> None:
    page = shown.page
    summary = "5 nodes, 9 pods (9 ready)."
    expect(page.get_by_role("application", name=summary)).to_have_count(1)
    expect(page.get_by_role("status")).to_contain_text(f"{summary} Requests: 40 answered")
    page.get_by_text("In words").press("Enter")
    nodes = page.get_by_role("list", name="Nodes and their pods").get_by_role("listitem")
    expect(nodes).to_have_count(5)
    expect(nodes.first).to_contain_text("web-a-1, ready, scheduling disabled; room for")
    expect(nodes.nth(2)).to_contain_text("batch-1, ready, scheduling disabled, drained, tainted")
    assert faults(page, ".kubelite-view") == []


def test_pods_are_coloured_by_what_one_wants_to_know(shown: Standing) -> None:
    page, canvas = shown.page, shown.page.locator("canvas")
    page.wait_for_timeout(2200)  # until no dot flies any more
    looks = {picture(canvas)}
    for way in ("owner", "namespace", "phase", "readiness"):
        page.get_by_label("Colour by").select_option(way)
        expect(canvas).to_have_attribute("data-seq", str(shown.view.seq))
        assert shown.view.colour_by == way
        at_rest(canvas)
        page.wait_for_timeout(2200)
        looks.add(picture(canvas))
        if way == "owner":
            screenshot(page, "view_by_owner")
    assert len(looks) == 5


def picture(canvas: Locator) -> str:
    return str(canvas.evaluate("canvas => canvas.toDataURL()"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_theme_and_the_width(
    browser: Browser, cluster: Cluster, scheme: Any
) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    Standing(page, ClusterView(cluster, title="Sarah's cluster"))
    canvas = page.locator("canvas")
    at_rest(canvas)
    canvas.click(position={"x": 40, "y": 150})
    page.get_by_role("tab", name="Story").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("because")
    colour = "e => getComputedStyle(e).backgroundColor"
    paper = {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 17, 17)"}
    assert canvas.evaluate(colour) == paper[scheme]
    for width in (1280, 800):
        page.set_viewport_size({"width": width, "height": 900})
        expect(canvas).to_have_js_property("clientWidth", min(1100, (width - 18) // 20 * 20))
        at_rest(canvas)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert faults(page, ".kubelite-view") == []
        screenshot(page, f"view_{scheme}_{width}")
    # JupyterLab's theme counts more than the system's.
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    page.evaluate("document.body.style.setProperty('--jp-layout-color0', 'rgb(1, 2, 3)')")
    assert canvas.evaluate(colour) == "rgb(1, 2, 3)"
    page.close()


def test_requests_fly_but_not_where_motion_is_not_wanted(shown: Standing) -> None:
    page, canvas = shown.page, shown.page.locator("canvas")
    expect(canvas).to_have_attribute("data-dots", "40")
    first = picture(canvas)
    page.wait_for_timeout(300)
    assert picture(canvas) != first
    screenshot(page, "view_requests")
    page.emulate_media(reduced_motion="reduce")
    shown.view.show()
    shown.take()
    expect(canvas).to_have_attribute("data-seq", str(shown.view.seq))
    expect(canvas).to_have_attribute("data-dots", "0")
    expect(canvas).to_have_attribute("data-done", str(shown.view.seq))
    still = picture(canvas)
    page.wait_for_timeout(300)
    assert picture(canvas) == still
    told = page.get_by_text("Requests: 40 answered, 0 failed.", exact=True)
    expect(told).to_be_visible()


@pytest.mark.parametrize(("pods", "density"), [(60, 1), (60, 1.25), (900, 2)])
def test_nothing_is_left_where_a_pod_was(browser: Browser, pods: int, density: float) -> None:
    """What many moves have come to looks as if it had been drawn at once."""
    cluster = Cluster(nodes=9, cpu="64", memory="256Gi")
    cluster.apply(deployment("shop", replicas=pods))
    view = ClusterView(cluster)
    pages = [browser.new_page(device_scale_factor=density) for _ in range(2)]
    moved = Standing(pages[0], view)
    for replicas, seconds in ((pods, 1.5), (pods // 2, 0.2), (pods // 3, 40), (pods, 0.1), (9, 40)):
        cluster.scale("deployment/shop", replicas)
        cluster.run(seconds)
        view.refresh()
        moved.take()
        pages[0].wait_for_timeout(100)  # the next one comes in the middle of the glide
    Standing(pages[1], view)
    canvases = [page.locator("canvas") for page in pages]
    for canvas in canvases:
        at_rest(canvas)
    for _ in range(50):  # the new page asks for the names on the tiles
        if picture(canvases[0]) == picture(canvases[1]):
            break
        pages[1].wait_for_timeout(100)
    assert picture(canvases[0]) == picture(canvases[1])
    for page in pages:
        page.close()


@pytest.mark.parametrize(("pods", "nodes"), [(1000, 20), (5000, 3000)])
def test_many_pods_and_nodes_are_drawn_and_opened(stage: Page, pods: int, nodes: int) -> None:
    cluster = pretend.Cluster(pretend.web(pods, nodes=nodes))
    shown = Standing(stage, ClusterView(cluster, title=f"{pods} pods, {nodes} nodes"))
    canvas = stage.locator("canvas")
    at_rest(canvas)
    cluster.add(pretend.web(pods, nodes=nodes - 1, seconds=9))  # almost every pod moves
    shown.view.refresh()
    shown.take()
    at_rest(canvas)
    expect(canvas).to_have_attribute("data-pods", str(pods))
    canvas.focus()
    stage.keyboard.press("End")
    stage.keyboard.press("Enter")
    expect(stage.get_by_role("tabpanel")).to_contain_text("kind: Pod")
