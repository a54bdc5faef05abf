"""One process, one mutant (or none), some runs: ``python -m tests.chaos.mutants.trial``.

Reads from its standard input a mutant (or null) and the runs to try; writes a line for each run:
the sentences that were not true, with their complaints. Stops after the first run that has any.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

from tests.chaos.mutants.ledger import DRAWN, NONE, Mutant
from tests.chaos.mutants.mutating import mutate

_FAULT = re.compile(r"([^,]+), (.+) (\d+) of ([^,]+), ([\d.]+) s(?: at ([\d.]+) s)?")
"""As in "request late, request 3 of default-scheduler, 10 s"."""

Broken = list[tuple[str, str]]
"""Sentences that were not true, and where."""


def attempt(scenario: str, faults: str, seed: int) -> Broken:
    """Run one seed; where no faults are drawn, look at its whole history again, more closely."""
    from kubelite.chaos import simulate

    run = simulate(seed, scenario, listed(faults))
    found = [(violation.sentence, violation.complaint) for violation in run.violations]
    if faults != DRAWN and not found and not run.cluster.store.compacted:
        found = list(looked_back(run.cluster))
    return found


def listed(faults: str) -> list[Any] | None:
    """The faults that a row names; None if the seed draws them."""
    from kubelite.chaos import Injected

    if faults in (DRAWN, NONE):
        return None if faults == DRAWN else []
    found = []
    for one in faults.split("; "):
        matched = _FAULT.fullmatch(one)
        assert matched is not None, one
        name, point, nth, where, amount, when = matched.groups()
        amount, when = float(amount) * 1_000_000, float(when or 0) * 1_000_000
        found.append(
            Injected(name, point, "" if where == "all" else where, int(nth), int(amount), int(when))
        )
    return found


def looked_back(cluster: Any) -> Iterator[tuple[str, str]]:
    """What was never to be, by the invariants for clusters in which nothing is broken."""
    from kubelite.chaos.concerns import concerned
    from tests.invariants import AT_EVERY_REVISION, AT_THE_END
    from tests.replay import Replay

    replay = Replay(cluster)
    for _ in replay.steps():
        did, kind, component = replay.did, replay.resource, replay.component
        for invariant in concerned(AT_EVERY_REVISION, did, kind, component):
            for complaint in invariant(replay):
                yield _sentence(invariant), f"{replay.key} {complaint}"
    for invariant in AT_THE_END:
        for complaint in invariant(replay):
            yield _sentence(invariant), complaint


def _sentence(invariant: Any) -> str:
    return " ".join((invariant.__doc__ or "").split())


def main() -> None:
    """Try what was asked for."""
    asked = json.load(sys.stdin)
    if asked["mutant"] is not None:
        mutate(Mutant(**asked["mutant"]))
    for scenario, faults, seed in asked["runs"]:
        broken = attempt(scenario, faults, seed)
        print(json.dumps([scenario, faults, seed, broken[:20]]), flush=True)
        if broken:
            break


if __name__ == "__main__":
    main()
