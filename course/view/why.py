"""Why is it so? The chain of causes of one object, each step a link to the object it speaks of.

``why`` shows the sentences of ``Cluster.story``. A name in them opens that object's own chain,
"code" shows the engine's code behind a step. A saved notebook keeps the words.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import anywidget
import traitlets

from course.source import show
from course.view.because import anchor_of
from course.view.plain import plain
from course.view.saved import beside
from kubelite.apimachinery.told import UnknownName
from kubelite.cluster.sentences import name_of
from kubelite.cluster.story import Story, Told

FOLDER = Path(__file__).parent
LONGEST = 600  # of one sentence; upstream's messages about images and probes are long
MOST_STEPS = 300
"""Of a chain, or of what befell one object; of more the last are shown."""

Subject = tuple[str, str, str]


class Step(NamedTuple):
    """One sentence as the view shows it: a link word, then text around the object's name."""

    when: str
    link: str
    before: str
    name: str
    after: str
    subject: Subject
    anchor: str

    @property
    def text(self) -> str:
        """The whole sentence."""
        return f"{self.link}{self.before}{self.name}{self.after}"


def steps_of(told: Iterable[Told]) -> list[Step]:
    """Sentences with the place of the name in each, and the code behind it."""
    return [_step(one) for one in [*told][-MOST_STEPS:]]


def _step(one: Told) -> Step:
    text, subject = plain(one.text, LONGEST), one.entry.subject
    for name in (plain(name_of(subject)), plain(subject[2])):
        before, found, after = text.partition(name)
        if found:
            break
    else:
        before, found, after = text, "", ""
    when = f"{one.seconds:.3f} s"
    return Step(when, one.link, before, found, after, subject, anchor_of(one.entry, one.text))


class Why(anywidget.AnyWidget):
    """The view that ``why`` gives. ``what`` is the object whose chain is shown."""

    _esm = FOLDER / "why.js"
    _css = FOLDER / "why.css"

    page = traitlets.Dict().tag(sync=True)
    sources = traitlets.Dict().tag(sync=True)

    def __init__(self, cluster: Any, subject: Subject):
        super().__init__()
        self._cluster = cluster
        self._trail: list[Subject] = []
        self.on_msg(self._asked)
        self.turn_to(subject)

    @property
    def what(self) -> str:
        """The object whose chain is shown, such as ``pod/web-1``."""
        return plain(self._story.title)

    def turn_to(self, subject: Subject) -> None:
        """Show another object's chain; the one before stays in the trail."""
        if subject in self._trail:
            del self._trail[self._trail.index(subject) + 1 :]
        else:
            self._trail.append(subject)
        self._story: Story = self._cluster.everything.story_of(subject)
        self.page = {
            "title": self.what,
            "subject": subject,
            "trail": [plain(name_of(each)) for each in self._trail],
            "causes": [step._asdict() for step in steps_of(self._story.causes)],
            "told": [step._asdict() for step in steps_of(self._story.told)],
        }

    def source(self, anchor: str) -> None:
        """Send the code of an anchor to the page."""
        excerpt = show(anchor)
        self.sources = {**self.sources, anchor: {"file": excerpt.file, "code": excerpt.code}}

    def _asked(self, _: object, content: Any, __: object) -> None:
        """A click: a step's object, an earlier one of the trail, or a step's code."""
        part, place = str(content.get("part")), int(content.get("place", 0))
        if part == "trail":
            self.turn_to(self._trail[place])
        elif part in ("causes", "told"):
            step = self.page[part][place]
            if content.get("code"):
                self.source(step["anchor"])
            else:
                self.turn_to(tuple(step["subject"]))

    def __str__(self) -> str:
        return "\n".join(_lines(self._story))

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The live view, and beside it the words that a saved notebook keeps."""
        still = {"text/plain": str(self), "text/html": _html(self._story)}
        return beside(super()._repr_mimebundle_(**kwargs), still)


def _lines(story: Story) -> Iterable[str]:
    if not story.causes:
        yield str(story)
        return
    yield f"Why {plain(story.title)} is as it is"
    for step in steps_of(story.causes):
        yield f"  {step.when:>12}  {step.text}"


def _html(story: Story) -> str:
    """The chain as a list, without anything to click."""
    if not story.causes:
        return f"<p>{escape(str(story))}</p>"
    rows = "".join(
        f"<li>{escape(step.text)} <small>({step.when}, code:"
        f" <code>{step.anchor}</code>)</small></li>"
        for step in steps_of(story.causes)
    )
    return f"<p><b>Why {escape(plain(story.title))} is as it is</b></p><ol>{rows}</ol>"


def why(cluster: Any, what: str, namespace: str = "default") -> Why:
    """Why an object (``pod/web-1``) is as it is: its causes, back to somebody's own edit.

    Raises LookupError when nothing is known of it.
    """
    story = cluster.story(what, namespace)
    if not story.told:
        raise UnknownName(str(story))
    return Why(cluster, story.told[0].entry.subject)
