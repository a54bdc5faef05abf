"""``python -m kubelite.chaos``: many seeds, and the shortest list of faults of one that fails.

Ends with 0 when everything was as it must be, with 1 when a seed failed, and with 2 when all was
well but some situation never came about.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from time import process_time

import click
from tqdm import tqdm

from kubelite.chaos.scenarios import SCENARIOS
from kubelite.chaos.shrinking import ATTEMPTS, shrink
from kubelite.chaos.simulation import Run, simulate
from kubelite.chaos.situations import SITUATIONS

ENOUGH = 200
"""So many seeds of the standard workload must have met every situation."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seeds", default=1000, show_default=True, type=click.IntRange(1), help="How many.")
@click.option("--seed", "first", default=0, show_default=True, help="The first one.")
@click.option(
    "--scenario",
    "names",
    multiple=True,
    default=("standard",),
    show_default=True,
    type=click.Choice([*SCENARIOS, "all"]),
    help="The workload; repeatable.",
)
@click.option("--keep-going", is_flag=True, help="Do not stop at the first seed that fails.")
@click.option("--attempts", default=ATTEMPTS, show_default=True, help="Runs spent on shortening.")
def main(seeds: int, first: int, names: tuple[str, ...], keep_going: bool, attempts: int) -> None:
    """Run clusters under faults and hold them against what must always be true."""
    wanted = tuple(SCENARIOS) if "all" in names else names
    plan = [(name, first + number) for name in wanted for number in range(seeds)]
    began, done, failed = process_time(), 0, []
    met: Counter[str] = Counter()
    for run in _runs(plan):
        done += 1
        met.update(run.situations)
        if not run.ok:
            failed.append(run)
            _report(run, attempts)
            if not keep_going:
                break
    spent = process_time() - began
    pace = done * 60 / spent if spent else 0
    click.echo(f"{done} runs in {spent:.1f} s of processor time: {pace:,.0f} seeds a minute")
    sys.exit(_verdict(failed, met, done, "standard" in wanted and seeds >= ENOUGH))


def _runs(plan: Iterable[tuple[str, int]]) -> Iterator[Run]:
    with tqdm(list(plan), unit="seed", disable=None) as bar:
        for name, seed in bar:
            bar.set_description(name, refresh=False)
            yield simulate(seed, name)


def _report(run: Run, attempts: int) -> None:
    """Everything one needs to see it again: seed, sentence, faults, story."""
    click.echo(f"\n{run.scenario}, seed {run.seed}: {len(run.faults)} faults; shortening the list")
    short = shrink(run, attempts)
    for violation in short.violations[:3]:
        click.echo(f"  {violation}")
    click.echo(f"The shortest list that still fails has {len(short.faults)}:")
    for fault in short.faults:
        click.echo(f"  {fault}")
    if story := str(short.story()):
        click.echo(story)
    click.echo(
        f"Again: python -m kubelite.chaos --scenario {run.scenario} --seed {run.seed} --seeds 1\n"
        f"In a notebook: from kubelite.chaos import simulate; "
        f'run = simulate(seed={run.seed}, scenario="{run.scenario}")'
    )


def _verdict(failed: list[Run], met: Counter[str], done: int, all_met: bool) -> int:
    if failed:
        click.echo(f"FAILED: {len(failed)} of {done}: seeds {[run.seed for run in failed][:20]}")
        return 1
    missing = [situation for situation in SITUATIONS if not met[situation]]
    if all_met and missing:
        click.echo(f"NOT MET in {done} runs: {'; '.join(missing)}")
        return 2
    click.echo(f"PASSED: {done} runs, {len(SITUATIONS) - len(missing)} of {len(SITUATIONS)} met")
    return 0


if __name__ == "__main__":
    main()
