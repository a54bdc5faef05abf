"""``python -m course.notebooks build|check|sums [NAME ...]``: build, prove current, or list them.

A NAME is a notebook's stem or its beginning, such as ``07`` or ``07_declarative``.
Without one, all of them are meant.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click
from tqdm import tqdm

from course.notebooks.build import build
from course.trust import write_sums

NOTEBOOKS = Path(__file__).parent.parent.parent / "notebooks"


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


def build_with_progress(source: Path) -> str:
    """Build one notebook with a bar that counts its cells; its text."""
    start = time.perf_counter()
    with tqdm(desc=source.stem, unit="cell", leave=False, disable=None) as bar:

        def cell_done(done: int, cells: int) -> None:
            bar.total = cells
            bar.update(done - bar.n)

        text = build(source, target_of(source), cell_done)
    click.echo(f"{source.stem}: ran in {time.perf_counter() - start:.1f} s", nl=False)
    return text


@click.group()
def main() -> None:
    """Build the course's notebooks from notebooks/src, or check that they are current."""


@main.command("build")
@click.argument("names", nargs=-1)
def build_command(names: tuple[str, ...]) -> None:
    """Run each source and save the notebook with its outputs."""
    for source in chosen(names):
        text = build_with_progress(source)
        target = target_of(source)
        changed = not target.exists() or target.read_text(encoding="utf-8") != text
        target.write_text(text, encoding="utf-8", newline="\n")
        click.echo(", saved" if changed else ", unchanged")
    write_sums(NOTEBOOKS)


@main.command("sums")
def sums_command() -> None:
    """Write the list of the saved notebooks by which the lab knows them for ours."""
    write_sums(NOTEBOOKS)


@main.command("check")
@click.argument("names", nargs=-1)
def check_command(names: tuple[str, ...]) -> None:
    """Run each source and compare with the saved notebook, byte by byte."""
    stale = []
    for source in chosen(names):
        text, target = build_with_progress(source), target_of(source)
        same = target.exists() and target.read_bytes() == text.encode()
        click.echo(", identical" if same else ", DIFFERS from the saved notebook")
        stale += [] if same else [source.stem]
    if stale:
        click.echo(f"to rebuild: python -m course.notebooks build {' '.join(stale)}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
