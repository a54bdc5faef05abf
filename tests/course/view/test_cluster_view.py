"""What the live view sends to the browser, and what it leaves in a saved notebook."""

from __future__ import annotations

from typing import Any

import pytest
import traitlets

from course.view.cluster_view import TILE, ClusterView
from course.view.palette import LOOK_NUMBER
from course.view.wire import BOX
from tests.course.view.pretend import Cluster, web


def tiles(view: ClusterView) -> list[tuple[int, ...]]:
    return list(TILE.iter_unpack(view.tiles))


class Browser:
    """Keeps the cards that are sent, as the page does."""

    def __init__(self, view: ClusterView):
        self.view, self.cards = view, dict[int, Any]()
        self.take()

    def take(self) -> None:
        self.cards |= self.view.cards["cards"]

    def by_label(self) -> dict[str, int]:
        return {self.cards[tile[0]][3]: tile[0] for tile in tiles(self.view)}


def test_each_pod_is_one_packed_tile_with_its_words_beside_it() -> None:
    view = ClusterView(Cluster(web(3, 1)), title="web")
    assert [tile[3] for tile in tiles(view)].count(LOOK_NUMBER["ready"]) == 3
    assert len(tiles(view)) == 4
    assert (view.frame["pods"], view.frame["ready"], view.frame["pending"]) == (4, 3, 1)
    cards = [view.cards["cards"][tile[0]] for tile in tiles(view)]
    assert [card[3] for card in cards] == ["p0000", "00000", "00001", "00002"]
    assert cards[1][:3] == ("pod", "web-5d4f-00000", "default")
    assert "on node-1" in cards[1][4] and "restarts: 0" in cards[1][4]


def test_a_pod_keeps_its_number_so_the_browser_can_glide_it() -> None:
    cluster = Cluster(web(3))
    view = ClusterView(cluster)
    browser = Browser(view)
    before = browser.by_label()
    cluster.add(web(10, seconds=9))
    view.refresh()
    browser.take()
    after = browser.by_label()
    assert len({*after.values()}) == 10
    assert before.items() <= after.items()


def test_words_are_sent_once_and_again_when_they_change() -> None:
    cluster = Cluster(web(3))
    view = ClusterView(cluster)
    assert (view.cards["old"], view.cards["new"], len(view.cards["cards"])) == (0, 1, 6)
    cluster.add(web(4, seconds=9))
    view.refresh()
    new = {card[1] for card in view.cards["cards"].values()}
    # The pretend cluster makes every pod anew, but only one says anything new.
    assert (view.cards["old"], new) == (1, {"web-5d4f-00003", "node-1"})
    view._asked(view, {"ask": "cards"}, [])
    assert (view.cards["old"], len(view.cards["cards"])) == (0, 7)


def test_boxes_carry_the_numbers_of_their_nodes() -> None:
    view = ClusterView(Cluster(web(3)))
    nodes = [box[0] for box in BOX.iter_unpack(view.boxes) if box[0]]
    assert [view.cards["cards"][number][:2] for number in nodes] == [
        ("node", "node-1"),
        ("node", "node-2"),
        ("node", "node-3"),
    ]


@pytest.mark.parametrize("odd", [None, 7, {}, {"ask": "details"}, {"ask": "details", "number": []}])
def test_odd_questions_of_a_browser_have_no_answer(odd: Any) -> None:
    view = ClusterView(Cluster(web(3)))
    view._asked(view, odd, [])
    assert view.seq == 1


def test_pods_can_be_coloured_otherwise() -> None:
    view = ClusterView(Cluster(web(3, 1)), colour_by="owner")
    assert {tile[3] for tile in tiles(view)} == {0}
    assert [look["label"] for look in view.frame["looks"]] == ["ReplicaSet/web-5d4f"]
    view.colour_by = "phase"
    assert view.seq == 2
    shown = [view.frame["looks"][tile[3]]["label"] for tile in tiles(view)]
    assert shown == ["Pending", "Running", "Running", "Running"]
    with pytest.raises(traitlets.TraitError):
        view.colour_by = "mood"
    with pytest.raises(ValueError, match="cannot be coloured by 'mood'; there are state, phase"):
        ClusterView(Cluster(web(1)), colour_by="mood")


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
