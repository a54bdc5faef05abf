"""Why did this happen? The trace of one object, told in sentences back to somebody's own edit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kubelite.cluster.history import History
from kubelite.cluster.sentences import YOU, Versions, name_of, sentence
from kubelite.sim.clock import NO_CAUSE, SECOND
from kubelite.sim.trace import Entry, Subject, Trace

BECAUSE = "because "
AND_BECAUSE = "and because "
"""Begins a second chain, where the first ends with nobody's edit: why the object was there."""

_REPEATED = ("probe", "schedule")
"""What is seen again and again, and told once with how often."""

BOOT = 10 * SECOND
"""For so long after a machine was switched on that is the cause of what its kubelet does."""

_UNHEARD = ("power off", "shut down")


class Told(NamedTuple):
    """One sentence of a story: when (seconds since the cluster was ready), and the entry behind it.

    In a chain of causes ``link`` says how it hangs on the sentence before.
    """

    seconds: float
    text: str
    entry: Entry
    link: str = ""


class Story:
    """What befell one object, oldest first, and the chain of causes of the last of it.

    ``told`` and ``causes`` are sentences with the entries they tell of. ``lines`` and ``why`` are
    the same as (seconds, sentence); ``why`` goes from the last happening back to the first cause.
    """

    def __init__(
        self,
        title: str,
        told: Sequence[Told] = (),
        causes: Sequence[Told] = (),
    ):
        self.title = title
        self.told = tuple(told)
        self.causes = tuple(causes)

    @property
    def lines(self) -> list[tuple[float, str]]:
        """What befell it."""
        return [(one.seconds, one.text) for one in self.told]

    @property
    def why(self) -> list[tuple[float, str]]:
        """The causes of the last of it."""
        return [(one.seconds, one.text) for one in self.causes]

    def __str__(self) -> str:
        if not self.told:
            return f"{self.title}: nothing is known of it. Check the name with cluster.get(...)."
        text = [f"The story of {self.title}"]
        text += [f"  {one.seconds:>9.3f} s  {one.text}" for one in self.told]
        text.append("Why the last of it:")
        text += [f"  {one.seconds:>9.3f} s  {one.link}{one.text}" for one in self.causes]
        return "\n".join(text)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape  # when a notebook shows it

        left = "style='text-align:left'"
        rows = "".join(
            f"<tr><td style='text-align:right;white-space:nowrap'>{one.seconds:.3f} s</td>"
            f"<td {left}>{escape(one.text)}</td></tr>"
            for one in self.told
        )
        chain = "".join(f"<li>{one.link}{escape(one.text)}</li>" for one in self.causes)
        return (
            f"<p><b>The story of {escape(self.title)}</b></p><table>{rows}</table>"
            f"<p><b>Why the last of it</b>:</p><ol>{chain}</ol>"
        )


def tell(subject: Subject, trace: Trace, history: History) -> Story:
    """The story of one object."""
    entries = trace.about(subject)
    if not entries:
        return Story(name_of(subject))
    changes = history.changes_of(subject)
    known = [new if new is not None else old for new, old in changes.values()]
    told = [
        Told(_seconds(entry, history), text, entry)
        for entry in entries
        if (text := sentence(entry, changes.get(entry.revision, (None, None)), subject))
    ]
    causes = _causes(told[-1].entry, subject, trace, history) if told else []
    title = name_of(subject, known[-1] if known else None)
    return Story(title, tuple(_gathered(told)), causes)


def _gathered(told: Iterable[Told]) -> Iterator[Told]:
    """What repeats while nothing else happens is said once, with how often."""
    run: dict[str, list[Told]] = {}
    for one in told:
        if one.entry.verb not in _REPEATED:
            yield from _flushed(run)
            yield one
        else:
            run.setdefault(one.text, []).append(one)
    yield from _flushed(run)


def _flushed(run: dict[str, list[Told]]) -> Iterator[Told]:
    for same in run.values():
        times = f" ({len(same)} times, until {same[-1].seconds:.3f} s)" if same[1:] else ""
        yield same[0]._replace(text=same[0].text + times)
    run.clear()


# DOC: story-causes
def _causes(last: Entry, subject: Subject, trace: Trace, history: History) -> list[Told]:
    """From the last happening back; where that ends with nobody's edit, how it came to be, too."""
    chain = list(_chain(last, trace))
    causes = _told(chain, trace, history, BECAUSE)
    first = next(entry for entry in trace.about(subject))
    if chain[-1].component != YOU and first not in chain and first.cause != NO_CAUSE:
        causes += _told(list(_chain(first, trace)), trace, history, AND_BECAUSE)
    return [one._replace(link="") if not place else one for place, one in enumerate(causes)]


def _chain(entry: Entry | None, trace: Trace) -> Iterator[Entry]:
    while entry is not None:
        yield entry
        entry = _cause_of(entry, trace)


def _cause_of(entry: Entry, trace: Trace) -> Entry | None:
    """What a person would name as the cause of an entry."""
    cause = trace.entries[entry.cause] if entry.cause != NO_CAUSE else None
    if entry.verb in ("exit", "probe"):  # what runs by itself began with a start
        started = _latest(trace, entry, ("start",))
        return started if started is not None and started.place > entry.cause else cause
    if cause is None and entry.component == "node-controller":  # it has only not heard of it
        return _latest(trace, entry, _UNHEARD)
    if cause is not None and cause.verb == "power on" and entry.when - cause.when > BOOT:
        return None  # a kubelet looks round for as long as its machine is on: no cause of this
    return cause


def _latest(trace: Trace, before: Entry, verbs: Sequence[str]) -> Entry | None:
    """The last such act about the same object."""
    found = (
        entry
        for entry in reversed(trace.about(before.subject))
        if entry.place < before.place and entry.verb in verbs
    )
    return next(found, None)


def _told(chain: Iterable[Entry], trace: Trace, history: History, link: str) -> list[Told]:
    """A chain in sentences. What has come round in the same words is said once, the last time."""
    said: dict[str, list[Entry]] = {}
    for entry in chain:
        if text := sentence(entry, _versions(entry, history)):
            said.setdefault(text, []).append(entry)
    told = []
    for text, entries in said.items():
        times = f" ({_times(len(entries) - 1)} before)" if entries[1:] else ""
        told.append(Told(_seconds(entries[0], history), text + times, entries[0], BECAUSE))
    return [one._replace(link=link) if not place else one for place, one in enumerate(told)]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _versions(entry: Entry, history: History) -> Versions:
    found = history.changes_of(entry.subject, entry.revision) if entry.revision else {}
    return found.get(entry.revision, (None, None))


def _seconds(entry: Entry, history: History) -> float:
    return (entry.when - history.start) / SECOND
