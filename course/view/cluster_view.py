"""The live view of a cluster: one canvas that shows where every pod is and how it fares.

Python lays the scene out and sends places as packed bytes; the browser only draws them and
glides from the last picture to the next. A saved notebook keeps the still picture instead.
The canvas tells tests what it shows: ``data-seq`` (the picture drawn), ``data-done`` (the
picture at rest), ``data-pods``, ``data-ready``, ``data-pending`` and ``data-dots`` (requests).
"""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import anywidget
import traitlets

from course.view.colouring import WAYS, Colouring
from course.view.details import TABS, details
from course.view.flights import WINDOW, requests_of
from course.view.kept import Kept
from course.view.layout import NARROWEST, WIDEST, WIDTH, layout_of
from course.view.plain import plain
from course.view.saved import beside
from course.view.state import SECOND, Marks, Scene, State
from course.view.svg import svg_of
from course.view.text import described
from course.view.wire import TILE, Cards, frame_of, key_of, packed_boxes, packed_tiles

__all__ = ["TILE", "ClusterLike", "ClusterView", "frame_of", "zero_of"]

FOLDER = Path(__file__).parent / "canvas"
SCRIPTS = ("theme", "mark", "crowd", "picture", "flights", "pointing", "panel", "view")
"""The parts of the browser's side, in the order in which they are put together."""


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
    after each cell of a notebook; ``at`` (seconds) is a moment of the past. Pods are coloured
    by "state", "phase", "readiness", "owner" or "namespace" (``colour_by``).
    """

    _esm = "\n".join((FOLDER / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    _css = Path(__file__).with_suffix(".css")

    frame = traitlets.Dict().tag(sync=True)
    tiles = traitlets.Bytes().tag(sync=True)
    boxes = traitlets.Bytes().tag(sync=True)
    cards = traitlets.Dict().tag(sync=True)
    requests = traitlets.Dict().tag(sync=True)
    seq = traitlets.Int(0).tag(sync=True)
    width = traitlets.Int(WIDTH).tag(sync=True)
    colour_by = traitlets.Enum(WAYS, "state").tag(sync=True)
    ways = traitlets.List(list(WAYS)).tag(sync=True)
    tabs = traitlets.List(list(TABS)).tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)
    namespace = traitlets.Unicode("").tag(sync=True)
    """That of what is selected; empty for a node."""

    def __init__(
        self,
        cluster: ClusterLike,
        title: str = "Cluster",
        *,
        follow: bool = False,
        at: float | None = None,
        colour_by: str = "state",
    ):
        super().__init__()
        self._cluster = cluster
        self._title = plain(title)
        self._marks, self._cards, self._kept = Marks(), Cards(), Kept()
        self._colouring = Colouring(colour_by)
        self._rows = 0
        self._state: State | None = None
        self.colour_by = colour_by
        self.show(at)
        self.observe(lambda change: self._draw(), "width")
        self.observe(self._recolour, "colour_by")
        self.on_msg(self._asked)
        if follow:
            _after_each_cell(weakref.WeakMethod(self.refresh))

    @property
    def scene(self) -> Scene:
        """What the view shows."""
        return self._scene

    def refresh(self) -> None:
        """Show the cluster as it stands; does nothing when nothing has happened since."""
        now: State = self._cluster.history.at(None)
        assert self._state is not None
        if (now.when, now.revision) != (self._state.when, self._state.revision):
            self._show(now)

    def show(self, at: float | None = None) -> None:
        """Show the moment ``at``, in seconds since the cluster was ready; now, if not given."""
        when = None if at is None else zero_of(self._cluster) + round(at * SECOND)
        self._show(self._cluster.history.at(when))

    def on_select(self, callback: Callable[[str], object]) -> None:
        """Call ``callback`` with the name of each object that is opened, such as "pod/web-abc".

        When it is closed again the name is empty. ``namespace`` says where the object lives.
        """
        self.observe(lambda change: callback(change["new"]), "selected")

    def _show(self, state: State) -> None:
        before = self._state.when if self._state is not None else 0
        since = before if before < state.when else 0
        self._state = state
        self._scene = self._marks.scene(state, zero_of(self._cluster))
        self._requests = requests_of(
            self._cluster, max(since, state.when - WINDOW), state.when, self._by_address
        )
        self._draw()

    def _by_address(self) -> dict[str, int]:
        pods = self._scene.pods
        return {pod.address: self._cards.number(key_of(pod)) for pod in pods if pod.address}

    def _draw(self) -> None:
        """One message with the whole picture; its number comes last and says it is complete."""
        width = max(NARROWEST, min(WIDEST, self.width))
        layout = layout_of(self._scene, self._title, width, self._rows, self._colouring, self._kept)
        self._rows = max(self._rows, layout.rows)
        flights, told = self._requests.flights, self._requests.told
        with self.hold_sync():
            self.cards = self._cards.renew(self._scene)
            self.frame = frame_of(layout, self._scene, self._title)
            self.tiles = packed_tiles(layout, self._cards)
            self.boxes = packed_boxes(layout, self._cards)
            self.requests = {"flights": [*map(list, flights)], "told": told}
            self.seq += 1

    def _recolour(self, change: dict[str, Any]) -> None:
        self._colouring = Colouring(change["new"])
        self._draw()

    # Asked by the browser

    def _asked(self, widget: Any, content: Any, buffers: Any) -> None:
        """The browser has missed cards, or wants to know more of one object."""
        if not isinstance(content, dict):
            return
        if content.get("ask") == "cards":
            self.cards = self._cards.all()
        elif content.get("ask") == "details":
            self._tell(content.get("number"), content.get("tab"))

    def _tell(self, number: Any, tab: Any) -> None:
        subject = self._cards.subject(number)
        if subject is None or tab not in TABS or self._state is None:
            return
        zero = zero_of(self._cluster)
        told = details(self._cluster, self._state, zero, subject, tab)
        self.send({"number": number, "tab": tab, "told": told})

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live view, and beside it the picture and the words that a saved notebook keeps."""
        still = {
            "text/plain": described(self._scene, self._title),
            "image/svg+xml": svg_of(self._scene, self._title, colour_by=self.colour_by),
        }
        return beside(super()._repr_mimebundle_(**kwargs), still)


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
