"""``python -m kubelite.chaos``: many seeds, and the shortest list of faults of one that fails.

Ends with 0 when everything was as it must be, with 1 when a run failed, with 2 when all was well
but some situation never came about, and with 130 when it was interrupted.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial

import click
from tqdm import tqdm

from kubelite.chaos import seeds
from kubelite.chaos.processes import in_order
from kubelite.chaos.scenarios import SCENARIOS
from kubelite.chaos.seeds import Tally, Task
from kubelite.chaos.shrinking import ATTEMPTS, shrink
from kubelite.chaos.simulation import Run, simulate
from kubelite.chaos.situations import SITUATIONS

ENOUGH = 200
"""So many seeds of the standard workload must have met every situation."""

INTERRUPTED = 130

MANY = click.IntRange(1)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seeds", "count", default=1000, show_default=True, type=MANY, help="How many.")
@click.option("--seed", "first", default=0, show_default=True, help="The first one.")
@click.option("--from", "go_on", default=0, help="Leave out those before this one: done already.")
@click.option(
    "--scenario",
    "names",
    multiple=True,
    default=("standard",),
    show_default=True,
    type=click.Choice([*SCENARIOS, "all"]),
    help="The workload; repeatable.",
)
@click.option("--jobs", default=1, show_default=True, type=MANY, help="How many processes.")
@click.option("--keep-going", is_flag=True, help="Do not stop at the first seed that fails.")
@click.option("--attempts", default=ATTEMPTS, show_default=True, help="Runs spent on shortening.")
def main(
    count: int,
    first: int,
    go_on: int,
    names: tuple[str, ...],
    jobs: int,
    keep_going: bool,
    attempts: int,
) -> None:
    """Run clusters under faults and hold them against what must always be true."""
    wanted = tuple(SCENARIOS) if "all" in names else tuple(dict.fromkeys(names))
    work = seeds.chunks(wanted, max(first, go_on), first + count)
    done, spent, parts = 0, 0.0, 0
    met, failed, interrupted = Counter[str](), list[Task](), False
    try:
        for tally, took in _do(work, jobs, keep_going):
            done, spent, parts = done + tally.done, spent + took, parts + 1
            met.update(tally.met)
            failed += tally.failed
            for task in tally.failed:
                _report(simulate(task.seed, task.scenario), attempts)
            if tally.failed and not keep_going:
                break
    except KeyboardInterrupt:
        interrupted = True
        click.echo(f"Interrupted. Go on with the same options and --from {work[parts][0].seed}")
    pace = done * 60 / spent if spent else 0
    click.echo(f"{done} runs in {spent:.1f} s of processor time: {pace:,.0f} seeds a minute")
    code = _verdict(failed, met, done, "standard" in wanted and done >= ENOUGH * len(wanted))
    sys.exit(INTERRUPTED if interrupted and not failed else code)


def _do(work: list[list[Task]], jobs: int, keep_going: bool) -> Iterator[tuple[Tally, float]]:
    with tqdm(total=sum(map(len, work)), unit="seed", disable=None) as bar:
        for tally, took in in_order(partial(seeds.do, keep_going=keep_going), work, jobs):
            bar.update(tally.done)
            yield tally, took


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


def _verdict(failed: list[Task], met: Counter[str], done: int, all_met: bool) -> int:
    if failed:
        click.echo(f"FAILED: {len(failed)} of {done}: seeds {[task.seed for task in failed][:20]}")
        return 1
    missing = [situation for situation in SITUATIONS if not met[situation]]
    if all_met and missing:
        click.echo(f"NOT MET in {done} runs: {'; '.join(missing)}")
        return 2
    click.echo(f"PASSED: {done} runs, {len(SITUATIONS) - len(missing)} of {len(SITUATIONS)} met")
    return 0


if __name__ == "__main__":
    main()
