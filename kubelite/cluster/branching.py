"""Another run from any moment of this one: what if the node had not died?

A run is decided by its arguments and by what came from outside. So a branch is a new cluster
with the same arguments, to which the same is done at the same places, up to the moment; then it
stands there, and goes its own way. Its past is compared with ours, entry by entry.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from kubelite.apimachinery.told import Told, UsageError
from kubelite.cluster.deeds import Act, Book, Deeds
from kubelite.cluster.meaning import microseconds
from kubelite.cluster.wiring import DIRECT
from kubelite.sim.clock import FOREVER, SECOND, HorizonReached

if TYPE_CHECKING:
    from kubelite.cluster.cluster import Cluster
    from kubelite.cluster.machines import World


class BranchError(Told, RuntimeError):
    """This run cannot be done again up to that moment; the text says why."""


class Branching:
    """The part of a ``Cluster`` that knows what was done to it, and can do it again."""

    _book: Book
    _world: World
    seed: int

    def _made_with(self, arguments: dict[str, Any]) -> None:
        """Keep what the constructor was given."""
        self._class: type[Any] = type(self)
        self._made = {name: value for name, value in arguments.items() if name != "self"}

    @property
    def deeds(self) -> Deeds:
        """What you did to this cluster so far, with its moments, and as kubectl commands."""
        return Deeds(self._book.deeds)

    # DOC: cluster-branch
    def branch(self, at: float | None = None, seed: int | None = None) -> Cluster:
        """A cluster that is this one up to ``at`` (seconds; now, if not given), and then another.

        ``cluster.branch(at=119.9)`` is the run in which what you did at 120 s was never done:
        go on with ``run``. What happened at ``at`` itself is in the branch. With ``seed``
        chance is another one from there on. This cluster stays as it is. Doing it again takes
        as long as it took: see ``docs/defence.md``.

        Callbacks you gave are not called again, and lines shipped to a driver are not shipped
        again; controllers, plugins and images of yours are the same objects. Raises ValueError
        for a moment that is not in this run, BranchError for one that cannot be reached.
        """
        whole = cast("Cluster", self).everything
        last = self._book.here(_nothing)
        until = last.when if at is None else self._book.zero + microseconds("branch", at)
        self._check(until, last.when)
        made = {**self._made, "store": None, "seed": self.seed}
        other = _again(whole, made)
        _replay(other, self._book.acts, until, last if until == last.when else None)
        _compare(whole, other, until)
        self._hand_over(other, until)
        if seed is not None:
            other._reseed(seed)
        return other

    def _check(self, until: int, now: int) -> None:
        zero = self._book.zero
        if not zero <= until <= now:
            end = (now - zero) / SECOND
            wanted = (until - zero) / SECOND
            raise UsageError(f"at={wanted:g}: this run goes from 0 to {end:g} s")
        if self._made["wiring"] is not DIRECT:
            raise BranchError(
                "its wiring loses or delays what components send, and has its own memory of that: "
                "run simulate(seed=...) again instead"
            )
        lost = self._book.lost
        if lost is not None and lost[0] <= until:
            when = (lost[0] - zero) / SECOND
            raise BranchError(f"{lost[1]} ({when:.1f} s): branch before that")

    def _hand_over(self, other: Cluster, until: int) -> None:
        """The branch knows its own past, so it can be branched, too."""
        book = other._book
        book.deeds = [deed for deed in self._book.deeds if deed.when <= until]
        book.acts = [act for act in self._book.acts if act.when <= until]
        book.closed = False

    def _reseed(self, seed: int) -> None:
        """Other chance from now on. Done again at this place when the branch is branched."""
        self._world.chance.reseed(seed)
        self._book.act(lambda cluster: cluster._reseed(seed))


def _again(whole: Cluster, made: dict[str, Any]) -> Cluster:
    """A new cluster of the same class, even if that has a constructor of its own."""
    from kubelite.cluster.cluster import Cluster  # the whole, of which this file is a part

    other: Cluster = object.__new__(whole._class)
    Cluster.__init__(other, **made)
    return other


def _nothing(cluster: Cluster) -> None:
    """The present, as an act."""


def _replay(other: Cluster, acts: list[Act], until: int, last: Act | None) -> None:
    """Do it all again, up to a moment or, for the present, to the very event."""
    clock, book = other.clock, other._book
    book.closed = True
    clock.horizon = until
    try:
        for act in acts:
            if act.when > until:
                break
            _reach(other, act)
            _do(other, act)
        if last is not None:
            _reach(other, last)
        else:
            clock.run_until(until)
    except HorizonReached:  # in the midst of a call that lets time pass
        pass
    finally:
        clock.horizon = FOREVER


def _do(other: Cluster, act: Act) -> None:
    with suppress(Exception):  # what was refused then is refused again
        act.again(other)


def _reach(other: Cluster, act: Act) -> None:
    """Run to the place at which something was done: to the event, where others were due, too."""
    clock, entries = other.clock, other.trace.entries
    if act.settled:
        clock.run_until(act.when)
    elif act.events >= 0:
        if (missing := act.events - clock.events_run) > 0:
            clock.advance(act.when, missing)
    else:
        clock.advance(act.when - 1)
        while len(entries) < act.entries and clock.step(act.when):
            pass
    clock.now = max(clock.now, act.when)


def _compare(one: Cluster, other: Cluster, until: int) -> None:
    """Raise BranchError unless both did the same so far."""
    there = other.trace.entries
    here = one.trace.entries[: len(there)]
    rest = one.trace.entries[len(there) :]
    if here == there and (not rest or rest[0].when > until):
        return
    pairs = zip(here, there, strict=False)
    odd = next((a for a, b in pairs if a != b), (rest or there[-1:])[0])
    when = (odd.when - one.history.start) / SECOND
    raise BranchError(
        f"doing it again came out differently at {when:.1f} s ({odd.component}: {odd.verb} "
        f"{'/'.join(filter(None, odd.subject))}): something came from outside that was not written "
        "down, such as a controller of yours that remembers, or a call past the cluster's methods"
    )
