"""``python -m kubelite.chaos``: many seeds, and the shortest list of faults of one that fails.

Ends with 0 when everything was as it must be, with 1 when a run failed, with 2 when all was well
but some situation never came about, and with 130 when it was interrupted.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

import click
from tqdm import tqdm

from kubelite.chaos import seeds
from kubelite.chaos.processes import in_order
from kubelite.chaos.scenarios import SCENARIOS
from kubelite.chaos.seeds import Tally, Task
from kubelite.chaos.shrinking import ATTEMPTS, shrink
from kubelite.chaos.simulation import Run
from kubelite.chaos.situations import SITUATIONS
from kubelite.chaos.small import SMALL
from kubelite.chaos.sweeps import sweep

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
    type=click.Choice([*SCENARIOS, *SMALL, "all"]),
    help="The workload; repeatable.",
)
@click.option(
    "--sweep",
    "swept",
    is_flag=False,
    flag_value="all",
    type=click.Choice([*SMALL, "all"]),
    help="Instead of seeds: every call and every event of a small scenario goes wrong once.",
)
@click.option("--jobs", default=1, show_default=True, type=MANY, help="How many processes.")
@click.option("--keep-going", is_flag=True, help="Do not stop at the first run that fails.")
@click.option("--attempts", default=ATTEMPTS, show_default=True, help="Runs spent on shortening.")
def main(
    count: int,
    first: int,
    go_on: int,
    names: tuple[str, ...],
    swept: str | None,
    jobs: int,
    keep_going: bool,
    attempts: int,
) -> None:
    """Run clusters under faults and hold them against what must always be true."""
    if swept is not None:
        tasks = list(_sweeps(tuple(SMALL) if swept == "all" else (swept,)))
        must_meet: tuple[str, ...] = ()
    else:
        wanted = tuple(SCENARIOS) if "all" in names else tuple(dict.fromkeys(names))
        tasks = seeds.drawn(wanted, max(first, go_on), first + count)
        enough = "standard" in wanted and len(tasks) >= ENOUGH * len(wanted)
        must_meet = SITUATIONS if enough else ()
    result = Result()
    try:
        for tally, seconds in _do(tasks, jobs, keep_going):
            result.add(tally, seconds)
            for task in tally.failed:
                _report(task, attempts)
            if tally.failed and not keep_going:
                break
    except KeyboardInterrupt:
        result.interrupted = True
    sys.exit(result.verdict(tasks, must_meet))


def _sweeps(names: Sequence[str]) -> Iterator[Task]:
    """Those of small scenarios, announced."""
    for name in names:
        found = sweep(name)
        click.echo(str(found))
        yield from found.tasks


def _do(tasks: Sequence[Task], jobs: int, keep_going: bool) -> Iterator[tuple[Tally, float]]:
    work = partial(seeds.do, keep_going=keep_going)
    with tqdm(total=len(tasks), unit="run", disable=None) as bar:
        for tally, seconds in in_order(work, seeds.chunks(tasks), jobs):
            bar.update(tally.done)
            yield tally, seconds


def _report(task: Task, attempts: int) -> None:
    """Everything one needs to see it again: seed, sentence, faults, story."""
    run = task.run()
    click.echo(f"\n{run.scenario}, seed {run.seed}: {len(run.faults)} faults; shortening the list")
    short = shrink(run, attempts)
    for violation in short.violations[:3]:
        click.echo(f"  {violation}")
    click.echo(f"The shortest list that still fails has {len(short.faults)}:")
    for fault in short.faults:
        click.echo(f"  {fault}")
    if story := str(short.story()):
        click.echo(story)
    click.echo(_again(task, run))


def _again(task: Task, run: Run) -> str:
    if task.faults is not None:
        return (
            "In a notebook: from kubelite.chaos import Injected, simulate; "
            f'run = simulate({run.seed}, "{run.scenario}", {list(task.faults)})'
        )
    return (
        f"Again: python -m kubelite.chaos --scenario {run.scenario} --seed {run.seed} --seeds 1\n"
        f"In a notebook: from kubelite.chaos import simulate; "
        f'run = simulate(seed={run.seed}, scenario="{run.scenario}")'
    )


class Result:
    """What has come of everything so far."""

    def __init__(self) -> None:
        self.done = 0
        self.seconds = 0.0  # of processor time
        self.met: Counter[str] = Counter()
        self.failed: list[Task] = []
        self.interrupted = False

    def add(self, tally: Tally, seconds: float) -> None:
        """A handful is done."""
        self.done += tally.done
        self.seconds += seconds
        self.met.update(tally.met)
        self.failed += tally.failed

    def verdict(self, tasks: Sequence[Task], must_meet: Sequence[str]) -> int:
        """Say how it went; the exit code."""
        done, seconds = self.done, self.seconds
        pace = done * 60 / seconds if seconds else 0
        click.echo(f"{done} runs in {seconds:.1f} s of processor time: {pace:,.0f} runs a minute")
        if self.interrupted:
            rest = tasks[done]
            hint = f": the same with --from {rest.seed} goes on from here"
            click.echo(f"Interrupted{hint if rest.faults is None else ''}")
        if self.failed:
            which = ", ".join(str(task.seed) for task in self.failed[:20] if task.faults is None)
            click.echo(f"FAILED: {len(self.failed)} of {done}{which and f': seeds {which}'}")
            return 1
        if self.interrupted:
            return INTERRUPTED
        missing = [situation for situation in SITUATIONS if not self.met[situation]]
        if must_meet and missing:
            click.echo(f"NOT MET in {done} runs: {'; '.join(missing)}")
            return 2
        met = len(SITUATIONS) - len(missing)
        click.echo(f"PASSED: {done} runs, {met} of {len(SITUATIONS)} situations met")
        return 0


if __name__ == "__main__":
    main()
