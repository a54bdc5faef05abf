"""What the live view sends to the browser, and what it leaves in a saved notebook."""

from __future__ import annotations

from course.view.cluster_view import TILE, ClusterView
from course.view.palette import LOOK_NUMBER
from tests.course.view.pretend import Cluster, web


def tiles(view: ClusterView) -> list[tuple[int, ...]]:
    return list(TILE.iter_unpack(view.tiles))


def test_each_pod_is_one_packed_tile_with_its_words_beside_it() -> None:
    view = ClusterView(Cluster(web(3, 1)), title="web")
    assert [tile[3] for tile in tiles(view)].count(LOOK_NUMBER["ready"]) == 3
    assert len(view.names) == len(tiles(view)) == 4
    assert (view.frame["pods"], view.frame["ready"], view.frame["pending"]) == (4, 3, 1)
    labels = [label for label, _ in view.names]
    assert labels == ["p0000", "00000", "00001", "00002"]
    assert "on node-1" in view.names[1][1] and "restarts: 0" in view.names[1][1]


def test_a_pod_keeps_its_number_so_the_browser_can_glide_it() -> None:
    cluster = Cluster(web(3))
    view = ClusterView(cluster)
    before = {name[0]: tile[0] for name, tile in zip(view.names, tiles(view), strict=True)}
    cluster.add(web(10, seconds=9))
    view.refresh()
    after = {name[0]: tile[0] for name, tile in zip(view.names, tiles(view), strict=True)}
    assert len({*after.values()}) == 10
    assert before.items() <= after.items()


def test_nothing_is_sent_while_nothing_happens() -> None:
    view = ClusterView(Cluster(web(3)))
    view.refresh()
    assert view.seq == 1


def test_a_view_shows_the_moment_it_was_made_until_it_is_refreshed() -> None:
    cluster = Cluster(web(3))
    view = ClusterView(cluster)
    cluster.add(web(10, seconds=9))
    view.width = 800
    assert view.frame["pods"] == 3
    view.refresh()
    assert view.frame["pods"] == 10


def test_a_view_of_the_past_stays_there() -> None:
    view = ClusterView(Cluster(web(3, seconds=5), web(10, seconds=9)), at=6.0)
    assert view.frame["pods"] == 3


def test_a_view_can_be_sent_to_any_moment_and_back_to_now() -> None:
    view = ClusterView(Cluster(web(3, seconds=5), web(10, seconds=9)))
    view.show(at=6.0)
    assert view.frame["pods"] == 3
    view.show()
    assert view.frame["pods"] == 10


def test_what_is_picked_is_told_by_its_name() -> None:
    view, told = ClusterView(Cluster(web(3))), []
    view.on_select(told.append)
    view.selected = "pod/web-5d4f-00000"
    view.selected = ""
    assert told == ["pod/web-5d4f-00000", ""]


def test_a_browser_asks_for_its_own_width() -> None:
    view = ClusterView(Cluster(web(3)))
    view.width = 1000
    assert (view.frame["width"], view.seq) == (1000, 2)
    view.width = 99_999
    assert view.frame["width"] == 1100


def test_a_saved_notebook_keeps_words_and_a_picture() -> None:
    cluster = Cluster(web(3))
    saved, _ = ClusterView(cluster, title="web")._repr_mimebundle_()
    again, _ = ClusterView(cluster, title="web")._repr_mimebundle_()
    for kind in ("text/plain", "image/svg+xml"):
        assert saved[kind] == again[kind]
    assert saved["text/plain"].startswith("web at 5.0 s: 3 nodes, 3 pods (3 ready).")
    assert "application/vnd.jupyter.widget-view+json" in saved
