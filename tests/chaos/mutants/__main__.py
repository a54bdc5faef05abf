"""``python -m tests.chaos.mutants``: take every safeguard out, one at a time; who notices?

Ends with 0 when every mutant is caught, and with 1 when one lives.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click
from tqdm import tqdm

from tests.chaos.mutants.ledger import DRAWN, LEDGER, PAGE, Mutant, page, read, written
from tests.chaos.mutants.running import Place, fails, tried

SEEDS = 40
"""So many are tried for a mutant that nobody has caught yet."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--only", "names", multiple=True, help="The mutant of this name; repeatable.")
@click.option(
    "--search", "seeds", default=0, help="Try so many seeds, not only the one written down."
)
@click.option("--write", is_flag=True, help="Write down what was found, and docs/mutants.md.")
def main(names: tuple[str, ...], seeds: int, write: bool) -> None:
    """Run each mutant until an invariant catches it."""
    mutants = read()
    if unknown := {*names} - {mutant.name for mutant in mutants}:
        raise click.BadParameter(f"there is no mutant called {', '.join(sorted(unknown))}")
    living = []
    bar = tqdm(mutants, unit="mutant", disable=None)
    for place, mutant in enumerate(mutants):
        bar.update()
        if names and mutant.name not in names:
            continue
        bar.set_description(mutant.name)
        found = caught(mutant, seeds)
        if found is None:
            living.append(mutant.name)
        else:
            mutants[place] = found
        bar.write(_line(mutant, found))
        if write:
            LEDGER.write_text(written(mutants), "utf-8")
            PAGE.write_text(page(mutants), "utf-8")
    bar.close()
    count = len(names or mutants)
    click.echo(f"{count - len(living)} of {count} are caught" + "".join(f"\n  {n}" for n in living))
    sys.exit(1 if living else 0)


def caught(mutant: Mutant, seeds: int = 0) -> Mutant | None:
    """The mutant with the run and the sentence that catch it; None if it lives."""
    if mutant.test:
        return mutant if fails(mutant) else None
    last = tried(mutant, _places(mutant, seeds))[-1]
    if not last.broken:
        return None
    sentence = mutant.sentence if mutant.sentence in last.sentences else last.sentences[0]
    scenario, faults, seed = last.place
    return mutant._replace(scenario=scenario, faults=faults, seed=seed, sentence=sentence)


def _places(mutant: Mutant, seeds: int) -> Iterator[Place]:
    """Where it was caught before; or from the first seed on, if seeds draw the faults."""
    if mutant.seed >= 0 and not seeds:
        yield mutant.place
        return
    for seed in range((seeds or SEEDS) if mutant.faults == DRAWN else 1):
        yield mutant.scenario, mutant.faults, seed


def _line(mutant: Mutant, found: Mutant | None) -> str:
    if found is None:
        return f"LIVES    {mutant.name}"
    if found.test:
        return f"caught   {mutant.name:<24} {found.test}"
    faults = "" if found.faults == "drawn" else f" ({found.faults})"
    return f"caught   {mutant.name:<24} {found.scenario} {found.seed}{faults}: {found.sentence}"


if __name__ == "__main__":
    main()
