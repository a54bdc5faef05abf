"""Who called whom: the requests and watches that one edit set off, as a numbered sequence.

Nobody in a cluster calls a controller: all talk to the API server, which writes to etcd and tells
those who watch. Each line is one step; the picture beside it has a lane for each party.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from course.view.cluster_view import zero_of
from course.view.palette import BLACK, BLUE, GREEN, GREY, LINE
from course.view.picture import Picture, shortened, text
from course.view.plain import plain
from course.view.state import SECOND
from kubelite.apimachinery.told import UnknownName
from kubelite.cluster.sentences import name_of, sentence

ETCD, SERVER, YOU, CONTROLLERS, SCHEDULER, KUBELETS = range(6)
LANES = ("etcd", "API server", "you", "controllers", "scheduler", "kubelets")
WIDTH = 900
LEFT, WORDS, FIRST, STEP, SIZE = 92, 516, 536, 66, 10
TOP, ROW = 76, 21
MOST_STEPS = 80
QUIET = ("events", "leases.coordination.k8s.io")
"""What is written about what happens; left out unless asked for."""


class Message(NamedTuple):
    """One step: when (seconds), from which lane to which, on to etcd or not, and in words."""

    seconds: float
    start: int
    end: int
    stored: bool
    text: str


def lane_of(component: str) -> int:
    """The lane of whoever did something; the learner's, for a name that is nobody else's."""
    if component.startswith("kubelet/"):
        return KUBELETS
    if component in ("kube-apiserver", "etcd"):
        return SERVER
    if component.endswith("scheduler"):
        return SCHEDULER
    if component.endswith("-controller") or component in _OTHER_CONTROLLERS:
        return CONTROLLERS
    return YOU


_OTHER_CONTROLLERS = ("cloud", "cluster-autoscaler", "horizontal-pod-autoscaler", "descheduler")


def messages(
    cluster: Any, since: float | None = None, about: str = "", events: bool = False
) -> list[Message]:
    """The steps that an edit of yours set off: of one object (``about``), or of all.

    Without ``since`` (seconds) it is the last edit of that object. Raises LookupError.
    """
    entries, zero = cluster.trace.entries, zero_of(cluster)
    roots = [entry for entry in _edits(cluster, about) if _late(entry, zero, since)]
    if not roots:
        raise UnknownName(f"no edit of {about or 'yours'} is known: apply something first")
    roots = roots if since is not None else roots[-1:]
    tree = {entry.place for entry in roots}
    found = []
    for entry in entries[roots[0].place :]:
        if entry.place not in tree and entry.cause not in tree:
            continue
        tree.add(entry.place)
        if events or entry.subject[0] not in QUIET:
            found.append(entry)
    return list(_steps(found, entries, zero, cluster.history))


def _edits(cluster: Any, about: str) -> Iterator[Any]:
    """What people wrote: of one object, or of any."""
    trace = cluster.trace
    if not about:
        return (entry for entry in trace.writes if lane_of(entry.component) == YOU)
    story = cluster.story(about)
    known = trace.about(story.told[0].entry.subject) if story.told else ()
    return (entry for entry in known if entry.revision and lane_of(entry.component) == YOU)


def _late(entry: Any, zero: int, since: float | None) -> bool:
    return since is None or entry.when >= zero + round(since * SECOND)


def _steps(found: Sequence[Any], entries: list[Any], zero: int, history: Any) -> Iterator[Message]:
    """Each act, and after each write those who were told of it and did something."""
    listeners: dict[int, dict[str, None]] = {}
    for entry in found:
        cause = entries[entry.cause] if entry.cause >= 0 else entry
        if cause.revision and cause.component != entry.component:
            listeners.setdefault(cause.place, {})[entry.component] = None
    for entry in found:
        lane, seconds = lane_of(entry.component), (entry.when - zero) / SECOND
        if not entry.revision:
            yield Message(seconds, lane, lane, False, plain(sentence(entry), 200))
            continue
        yield Message(seconds, lane, SERVER, True, _did(entry, history))
        for listener in listeners.get(entry.place, ()):
            told = f"{_party(listener)} heard of {_name(entry)}"
            yield Message(seconds, SERVER, lane_of(listener), False, told)


def _name(entry: Any) -> str:
    return plain(name_of(entry.subject))


def _party(component: str) -> str:
    return "kube-scheduler" if component == "default-scheduler" else plain(component)


def _did(entry: Any, history: Any) -> str:
    """A write as a story tells it; a story leaves some out, such as a counter in a status."""
    versions = history.changes_of(entry.subject, entry.revision).get(entry.revision, (None, None))
    told = plain(sentence(entry, versions), 200)
    return told or f"{_party(entry.component)} wrote to {_name(entry)}"


def message_flow(
    cluster: Any,
    since: float | None = None,
    about: str = "",
    events: bool = False,
    title: str = "",
) -> Picture:
    """Draw who called whom after an edit of yours, numbered, with a lane for each party.

    ``about`` is an object such as ``deployment/web``; ``since`` takes all its edits from that
    second on instead of its last. With ``events`` the Events that are written are there, too.
    """
    every = messages(cluster, since, about, events)
    shown = every[:MOST_STEPS]
    left = f"and {len(every) - MOST_STEPS} more steps" if every[MOST_STEPS:] else ""
    told = plain(title, 120) or f"Who called whom after an edit of {about or 'yours'}"
    height = TOP + len(shown) * ROW + 40
    marks = [text(12, 24, shortened(told, WIDTH - 24, 13), 13, bold=True), *_lanes(height)]
    for number, message in enumerate(shown, start=1):
        marks += _drawn(number, message)
    key = "square: written to etcd; dashed: a watch event; ring: it acts by itself"
    marks.append(text(12, height - 14, f"{key}  {left}".strip(), 10, fill=GREY))
    return Picture(WIDTH, height, told, "\n".join([told + ".", *_words(every)]), marks)


def _x(lane: int) -> float:
    return FIRST + lane * STEP


def _lanes(height: int) -> Iterator[str]:
    for lane, name in enumerate(LANES):
        yield text(_x(lane), 54, name, SIZE, "middle", BLACK)
        yield (
            f'<path d="M{_x(lane):g} 62V{height - 34}" stroke="{LINE}" stroke-width="1"'
            ' stroke-dasharray="1 3"/>'
        )


def _drawn(number: int, message: Message) -> Iterator[str]:
    y = TOP + (number - 1) * ROW
    yield text(30, y + 4, f"{number}", SIZE, "end", GREY)
    yield text(LEFT - 8, y + 4, f"{message.seconds:.3f} s", SIZE, "end", GREY)
    yield text(LEFT, y + 4, shortened(message.text, WORDS - LEFT, SIZE), SIZE)
    start, end = _x(message.start), _x(message.end)
    if message.start == message.end:
        yield f'<circle cx="{start:g}" cy="{y}" r="5" fill="none" stroke="{BLACK}"/>'
        return
    side = 1 if end > start else -1
    colour = BLUE if message.stored else GREEN
    dashes = "" if message.stored else ' stroke-dasharray="4 3"'
    way = f"M{start:g} {y}H{end - side * 6:g}"
    yield f'<path d="{way}" stroke="{colour}" stroke-width="1.8"{dashes}/>'
    yield f'<path d="M{end:g} {y}l{-side * 7} -4v8z" fill="{colour}"/>'
    if message.stored:
        yield f'<path d="M{_x(SERVER):g} {y}H{_x(ETCD):g}" stroke="{colour}" stroke-width="1.8"/>'
        yield f'<rect x="{_x(ETCD) - 4:g}" y="{y - 4}" width="8" height="8" fill="{colour}"/>'


def _words(steps: Iterable[Message]) -> Iterator[str]:
    for number, step in enumerate(steps, start=1):
        way = f"{LANES[step.start]} to {LANES[step.end]}" if step.start != step.end else "by itself"
        more = ", stored in etcd" if step.stored else ""
        yield f"  {number:>3}  {step.seconds:.3f} s  {way}{more}: {step.text}"
