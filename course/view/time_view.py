"""Playing a cluster's history back and forth, branching it, and two runs side by side.

The browser has the whole film (``film``) and shows any moment by itself; Python is asked only
for branches. A saved notebook keeps the picture and the words of the moment shown last.
The root element tells tests what it shows: ``data-time``, ``data-playing``, ``data-films``,
``data-differences``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from course.view.cluster_view import zero_of
from course.view.differences import compared, compared_svg
from course.view.film import film_of
from course.view.layout import SIZES
from course.view.palette import LOOKS
from course.view.plain import plain
from course.view.saved import beside
from course.view.state import SECOND, Scene, scene_of
from course.view.svg import svg_of
from course.view.text import described

FOLDER = Path(__file__).parent
SCRIPTS = ("canvas/mark.js", "time_view.js", "time_controls.js")


class TimeView(anywidget.AnyWidget):
    """A cluster's kept history, to play, step and scrub: ``TimeView(cluster)``.

    ``at`` is the moment shown, in seconds; the present unless given. Keys: space plays, arrows
    step by event, page up and down go to the next mark, Home and End to the ends. "Branch here"
    makes another run from the moment shown, lets it run as long as this one, and shows both;
    it is ``branches[-1]`` then.
    """

    _esm = "".join((FOLDER / name).read_text("utf-8") for name in SCRIPTS)
    _css = "".join((FOLDER / name).read_text() for name in ("cluster_view.css", "time_view.css"))

    looks: traitlets.List[Any] = traitlets.List().tag(sync=True)
    sizes: traitlets.List[Any] = traitlets.List().tag(sync=True)
    films: traitlets.List[Any] = traitlets.List().tag(sync=True)
    at = traitlets.Float(0.0).tag(sync=True)
    note = traitlets.Unicode("").tag(sync=True)
    can_branch = traitlets.Bool(False).tag(sync=True)

    def __init__(self, *clusters: Any, titles: tuple[str, ...] = (), at: float | None = None):
        super().__init__()
        self.clusters = list(clusters)
        self.titles = [plain(title) for title in titles] or ["Cluster"]
        self.branches: list[Any] = []
        self.looks = [look._asdict() for look in LOOKS]
        self.sizes = [size._asdict() for size in SIZES]
        self.can_branch = hasattr(clusters[0], "branch")
        self.at = max(one.elapsed for one in clusters) if at is None else at
        self.refresh()
        self.on_msg(self._heard)

    def refresh(self) -> None:
        """Take in what has happened since."""
        pairs = zip(self.clusters, self.titles, strict=True)
        self.films = [film_of(cluster, title).message() for cluster, title in pairs]

    def show(self, at: float) -> None:
        """Go to a moment, in seconds."""
        self.at = at

    def scenes(self) -> list[Scene]:
        """What each run shows at the moment."""
        return [scene_at(cluster, self.at) for cluster in self.clusters]

    def branch(self, at: float | None = None) -> Any:
        """Branch the first run at a moment, let it run as long as this one, and show both."""
        first = self.clusters[0]
        moment = self.at if at is None else at
        other = first.branch(at=moment)
        other.run(first.elapsed - other.elapsed)
        left_out = [str(deed) for deed in getattr(first, "deeds", ()) if deed.seconds > moment]
        self.branches.append(other)
        self.clusters = [first, other]
        self.titles = [self.titles[0], f"Branch from {moment:.1f} s"]
        self.refresh()
        without = f" without: {plain('; '.join(left_out), 300)}" if left_out else ""
        self.note = f"Branched at {moment:.1f} s{without}. It is branches[-1] of this view."
        return other

    def _heard(self, _: Any, content: Any, __: Any) -> None:
        moment = content.get("branch") if isinstance(content, dict) else None
        if not isinstance(moment, int | float):
            return
        try:
            self.branch(min(float(moment), self.clusters[0].elapsed))
        except (RuntimeError, ValueError) as problem:
            self.note = plain(f"No branch: {problem}", 400)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live player, and beside it what a saved notebook keeps."""
        scenes = self.scenes()
        if len(scenes) == 1:
            words, picture = described(scenes[0], self.titles[0]), svg_of(scenes[0], self.titles[0])
        else:
            (one, other), names = scenes, (self.titles[0], self.titles[1])
            words, picture = compared(one, other, names), compared_svg(one, other, names)
        marks = [mark for film in self.films for mark in film["marks"]]
        told = sorted({f"  {mark['seconds']:8.1f} s  {mark['text']}" for mark in marks})
        if told:
            words += "\nMarks:\n" + "\n".join(told)
        still = {"text/plain": words, "image/svg+xml": picture}
        return beside(super()._repr_mimebundle_(**kwargs), still)


def scene_at(cluster: Any, at: float) -> Scene:
    """The scene of a cluster at a moment, in seconds; its last one for a later moment."""
    zero = zero_of(cluster)
    return scene_of(cluster.history.at(zero + round(at * SECOND)), zero)


def replay(cluster: Any, title: str = "Cluster", at: float | None = None) -> TimeView:
    """Play a cluster's history back and forth."""
    return TimeView(cluster, titles=(title,), at=at)


def compare(
    a: Any, b: Any, title_a: str = "A", title_b: str = "B", at: float | None = None
) -> TimeView:
    """Two runs side by side on one slider, with what differs ringed and said in sentences."""
    view = TimeView(a, b, titles=(title_a, title_b), at=at)
    view.can_branch = False
    return view
