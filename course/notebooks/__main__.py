"""``python -m course.notebooks build|check|links [NAME ...]``: build notebooks, or compare them.

A NAME is a notebook's stem or its beginning, such as ``07`` or ``07_declarative``.
Without one, all of them are meant.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
from tqdm import tqdm

from course import syllabus
from course.notebooks.building import Built, build_all
from course.notebooks.frame import reframe
from course.trust import write_sums

NOTEBOOKS = Path(__file__).parent.parent.parent / "notebooks"

jobs_option = click.option(
    "--jobs", default=2, show_default=True, type=click.IntRange(1, 16), help="Processes at a time."
)


def chosen(names: tuple[str, ...]) -> list[Path]:
    """The sources whose stems begin with one of ``names``; all of them without names."""
    sources = sorted((NOTEBOOKS / "src").glob("*.py"))
    for name in names:
        if not any(source.stem.startswith(name) for source in sources):
            known = ", ".join(source.stem for source in sources) or "none"
            raise click.UsageError(f"no notebook begins with {name!r}; there are: {known}")
    return [s for s in sources if not names or any(s.stem.startswith(n) for n in names)]


def target_of(source: Path) -> Path:
    """Where the notebook built from ``source`` is saved."""
    return NOTEBOOKS / f"{source.stem}.ipynb"


def work_through(names: tuple[str, ...], jobs: int, judge: Callable[[Built], str]) -> list[str]:
    """Build what is chosen, print what ``judge`` says of each; the stems of those that failed."""
    start, failed = time.perf_counter(), []
    sources = chosen(names)
    for built in build_all(sources, target_of, jobs):
        said = f"FAILED\n{built.failure}" if built.failure else judge(built)
        tqdm.write(f"{built.source.stem}: ran in {built.seconds:.1f} s, {said}")
        failed += [built.source.stem] if built.failure else []
    click.echo(f"{len(sources)} notebooks in {time.perf_counter() - start:.1f} s")
    return sorted(failed)


def renew_links() -> list[str]:
    """Renew the first and last cells of all saved notebooks; the stems of those that changed."""
    written = syllabus.written(NOTEBOOKS)
    return [path.stem for path in sorted(NOTEBOOKS.glob("*.ipynb")) if reframe(path, written)]


@click.group()
def main() -> None:
    """Build the course's notebooks from notebooks/src, or check that they are current."""


@main.command("build")
@click.argument("names", nargs=-1)
@jobs_option
def build_command(names: tuple[str, ...], jobs: int) -> None:
    """Run each source and save the notebook with its outputs; renew the links of the others."""

    def save(built: Built) -> str:
        target = target_of(built.source)
        changed = not target.exists() or target.read_text(encoding="utf-8") != built.text
        target.write_text(built.text, encoding="utf-8", newline="\n")
        return "saved" if changed else "unchanged"

    failed = work_through(names, jobs, save)
    if renewed := renew_links():
        click.echo(f"links renewed: {' '.join(renewed)}")
    write_sums(NOTEBOOKS)
    sys.exit(1 if failed else 0)


@main.command("check")
@click.argument("names", nargs=-1)
@jobs_option
def check_command(names: tuple[str, ...], jobs: int) -> None:
    """Run each source and compare with the saved notebook, byte by byte."""
    stale = []

    def compare(built: Built) -> str:
        target = target_of(built.source)
        if target.exists() and target.read_bytes() == built.text.encode():
            return "identical"
        stale.append(built.source.stem)
        return "DIFFERS from the saved notebook"

    failed = work_through(names, jobs, compare)
    if stale:
        rebuild = " ".join(sorted(stale))
        click.echo(f"to rebuild: python -m course.notebooks build {rebuild}", err=True)
    sys.exit(1 if stale or failed else 0)


@main.command("links")
def links_command() -> None:
    """Renew links and digests of the saved notebooks, without running any."""
    renewed = renew_links()
    write_sums(NOTEBOOKS)
    click.echo(f"links renewed: {' '.join(renewed)}" if renewed else "all links are current")


if __name__ == "__main__":
    main()
