"""The live view of a cluster: one canvas that shows where every pod is and how it fares.

Python lays the scene out and sends places as packed bytes; the browser only draws them and
glides from the last picture to the next. A saved notebook keeps the still picture instead.
The canvas tells tests what it shows: ``data-seq`` (the picture drawn), ``data-done`` (the
picture at rest), ``data-pods``, ``data-ready`` and ``data-pending``.
"""

from __future__ import annotations

import contextlib
import struct
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import anywidget
import traitlets

from course.view.layout import LEGEND_TILE, NARROWEST, WIDEST, WIDTH, Layout, layout_of, rows_needed
from course.view.palette import LOOK_NUMBER, LOOKS
from course.view.plain import plain
from course.view.saved import beside
from course.view.state import SECOND, PodMark, Scene, State, scene_of
from course.view.svg import cue_place, short_label, svg_of
from course.view.text import described, summary

TILE = struct.Struct("<IHHBBH")
"""One pod on the wire: identity, x, y, look, restarts (at most 255), and nothing yet."""

FOLDER = Path(__file__).parent


class ClusterLike(Protocol):
    """What a view needs of a cluster."""

    @property
    def history(self) -> Any:
        """Gives ``at(when) -> State``; ``when`` None means now."""

    @property
    def clock(self) -> Any:
        """The virtual clock, with ``now`` in microseconds."""

    @property
    def elapsed(self) -> float:
        """Seconds since the cluster was ready."""


def zero_of(cluster: ClusterLike) -> int:
    """The moment the cluster was ready, in microseconds: where its seconds count from."""
    return int(cluster.clock.now) - round(cluster.elapsed * SECOND)


class ClusterView(anywidget.AnyWidget):
    """A cluster, live: ``ClusterView(cluster)``.

    It shows the moment it was made until ``refresh`` is called. With ``follow`` it refreshes
    after each cell of a notebook; ``at`` (seconds) is a moment of the past.
    """

    _esm = FOLDER / "cluster_view.js"
    _css = FOLDER / "cluster_view.css"

    looks: traitlets.List[Any] = traitlets.List().tag(sync=True)
    frame = traitlets.Dict().tag(sync=True)
    tiles = traitlets.Bytes().tag(sync=True)
    names: traitlets.List[Any] = traitlets.List().tag(sync=True)
    seq = traitlets.Int(0).tag(sync=True)
    width = traitlets.Int(WIDTH).tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        cluster: ClusterLike,
        title: str = "Cluster",
        *,
        follow: bool = False,
        at: float | None = None,
    ):
        super().__init__()
        self._cluster = cluster
        self._title = plain(title)
        self._numbers: dict[str, int] = {}
        self._rows = 0
        self.looks = [look._asdict() for look in LOOKS]
        self.show(at)
        self.observe(lambda change: self._draw(), "width")
        if follow:
            _after_each_cell(weakref.WeakMethod(self.refresh))

    @property
    def scene(self) -> Scene:
        """What the view shows."""
        return scene_of(self._state, zero_of(self._cluster))

    def refresh(self) -> None:
        """Show the cluster as it stands; does nothing when nothing has happened since."""
        now: State = self._cluster.history.at(None)
        if (now.when, now.revision) != (self._state.when, self._state.revision):
            self._show(None)

    def show(self, at: float | None = None) -> None:
        """Show the moment ``at``, in seconds since the cluster was ready; now, if not given."""
        self._show(None if at is None else zero_of(self._cluster) + round(at * SECOND))

    def on_select(self, callback: Callable[[str], object]) -> None:
        """Call ``callback`` with the name of each object that is picked, such as "pod/web-abc".

        When nothing is picked any more, the name is empty.
        """
        self.observe(lambda change: callback(change["new"]), "selected")

    def _show(self, when: int | None) -> None:
        self._state: State = self._cluster.history.at(when)
        self._draw()

    def _draw(self) -> None:
        """One message with the whole picture; its number comes last and says it is complete."""
        scene = self.scene
        width = max(NARROWEST, min(WIDEST, self.width))
        layout = layout_of(scene, self._title, width, self._rows)
        self._rows = rows_needed(layout) if self._rows < rows_needed(layout) else self._rows
        with self.hold_sync():
            self.frame = frame_of(layout, scene, self._title)
            self.tiles = b"".join(
                TILE.pack(
                    self._number(tile.pod),
                    tile.x,
                    tile.y,
                    LOOK_NUMBER[tile.pod.look],
                    min(tile.pod.restarts, 255),
                    0,
                )
                for tile in layout.tiles
            )
            self.names = [_hover(tile.pod) for tile in layout.tiles]
            self.seq += 1

    def _number(self, pod: PodMark) -> int:
        """A number that stays with the pod, so the browser can tell where it was before."""
        return self._numbers.setdefault(pod.uid or pod.name, len(self._numbers))

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live view, and beside it the picture and the words that a saved notebook keeps."""
        scene = self.scene
        still = {
            "text/plain": described(scene, self._title),
            "image/svg+xml": svg_of(scene, self._title),
        }
        return beside(super()._repr_mimebundle_(**kwargs), still)


def frame_of(layout: Layout, scene: Scene, title: str) -> dict[str, Any]:
    """All of a picture but its pods, as JSON for the browser."""
    size = layout.size
    scale, inset = cue_place(min(size.width, size.height))
    key_scale, key_inset = cue_place(LEGEND_TILE)
    return {
        "width": layout.width,
        "height": layout.height,
        "tile": {"width": size.width, "height": size.height, "labelled": size.labelled},
        "cue": {"scale": scale, "inset": inset},
        "key": {"side": LEGEND_TILE, "scale": key_scale, "inset": key_inset},
        "boxes": [box._asdict() for box in layout.boxes],
        "texts": [text._asdict() for text in layout.texts],
        "keys": [key._asdict() for key in layout.keys],
        "summary": summary(scene, title),
        "pods": len(scene.pods),
        "ready": scene.count("ready"),
        "pending": scene.count("pending"),
    }


def _hover(pod: PodMark) -> Sequence[str]:
    """A pod's label on its tile, and the lines shown when it is pointed at."""
    owner = [f"belongs to {pod.owner}"] if pod.owner else []
    state = f"{pod.phase}, {'ready' if pod.ready else 'not ready'}"
    lines = [
        pod.name,
        state + (f" ({pod.reason})" if pod.reason else ""),
        f"on {pod.node}" if pod.node else "on no node",
        f"restarts: {pod.restarts}",
        *owner,
    ]
    return short_label(pod.short_name), "\n".join(lines)


def _after_each_cell(method: weakref.WeakMethod[Callable[[], None]]) -> None:
    """Call a view's method after each cell of a notebook, for as long as the view lives."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:  # a plain interpreter without IPython has no cells
        return
    if (shell := get_ipython()) is None:
        return

    def follow(*_: object) -> None:
        refresh = method()
        if refresh is not None:
            refresh()
            return
        with contextlib.suppress(ValueError):
            shell.events.unregister("post_run_cell", follow)

    shell.events.register("post_run_cell", follow)
