"""``kubelite``: the course on the command line."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

import click
from tqdm import tqdm

KINDS = ("write", "fix", "predict", "operate", "build")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Learn container orchestration on a small Kubernetes that runs in a notebook."""


@main.command("lab", context_settings={"ignore_unknown_options": True})
@click.option("--chapter", default="", help="Where to begin, such as 7; 00 unless given.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def lab(chapter: str, options: tuple[str, ...]) -> None:
    """Open the course in JupyterLab; OPTIONS go to it (try --no-browser)."""
    from course.lab import open_lab, page_of
    from course.syllabus import NoSuchChapter

    try:
        page = page_of(chapter)
    except NoSuchChapter as problem:
        raise click.BadParameter(str(problem), param_hint="--chapter") from None
    sys.exit(open_lab(*options, page=page))


@main.command("grade")
@click.argument("submissions", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--exercise", default="", help="What a notebook without a name answers: SET/NAME.")
@click.option(
    "--seed", "seeds", multiple=True, type=int, help="Of a cluster to judge on; repeatable."
)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option("--personal", is_flag=True, help="Everybody has numbers of their own, by their name.")
@click.option(
    "--known-by",
    default="username",
    show_default=True,
    type=click.Choice(("username", "email", "idnumber")),
    help="What submissions are called after, for Moodle and Canvas.",
)
def grade(
    submissions: Path,
    out: Path,
    exercise: str,
    seeds: tuple[int, ...],
    workers: int,
    personal: bool,
    known_by: str,
) -> None:
    """Grade the notebooks in SUBMISSIONS; write grades, pages and gradebooks to --out."""
    from course.grading import gradebook
    from course.grading import grader as graders
    from course.grading.exercise import NoSuchExercise, load

    if os.name != "posix":
        raise click.ClickException("grading needs Linux or macOS (on Windows: WSL)")
    if exercise:
        try:
            load(exercise)
        except NoSuchExercise as problem:
            raise click.BadParameter(str(problem), param_hint="--exercise") from None
    grader = graders.Grader(seeds=seeds or graders.SEEDS, exercise=exercise, personal=personal)
    todo = graders.jobs(submissions)
    done = graders.grade_all(grader, todo, workers)
    grades = list(tqdm(done, total=len(todo), desc="grading", unit="notebook", disable=None))
    for written in gradebook.write(grades, out, known_by):
        click.echo(f"wrote {written}")
    click.echo(f"wrote {out / 'learners'}: a page for each learner")
    click.echo(f"{len(grades)} graded: {_points(grades)}")


@main.command("up")
@click.option("--nodes", default=3, show_default=True, type=click.IntRange(1, 1000))
@click.option(
    "--speed",
    default=1.0,
    show_default=True,
    type=click.FloatRange(1, 1000),
    help="How many virtual seconds pass in a real one.",
)
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="A free one, unless given.")
@click.option("--kubeconfig", default="", help="Where to write it; a temporary file, unless given.")
@click.option("--store", default="", help="A file to keep the cluster in, or to go on with.")
def up_command(nodes: int, speed: float, port: int, kubeconfig: str, store: str) -> None:
    """Serve a cluster to kubectl on this machine until Ctrl-C."""
    from kubelite import Cluster
    from kubelite.edge.serving import up

    up(Cluster, click.echo, nodes, speed, store, port=port, kubeconfig=kubeconfig)


def _points(grades: list) -> str:  # type: ignore[type-arg]
    points = sorted(grade.result.points for grade in grades)
    return f"points from {points[0]} to {points[-1]}" if points else "there was nothing to grade"


@main.group("exercise")
def exercise_group() -> None:
    """Build and list the exercises (for instructors)."""


@exercise_group.command("build")
@click.argument("names", nargs=-1)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; fail if any is old.")
def exercise_build(names: tuple[str, ...], only_check: bool) -> None:
    """Build notebooks, checks and tests from each exercise's source.py; all without NAMES."""
    from course.grading.exercise import places
    from course.grading.source import SourceError, build

    known = [place.name for place in places()]
    if unknown := [name for name in names if name not in known]:
        raise click.UsageError(f"no exercise {unknown[0]!r}; there are: {', '.join(known)}")
    stale = 0
    for name in names or known:
        try:
            built = build(name)
        except SourceError as problem:
            raise click.ClickException(str(problem)) from None
        for path, text in built.items():
            same = path.exists() and path.read_bytes() == text.encode()
            stale += not same
            if not same and not only_check:
                path.write_text(text, encoding="utf-8", newline="\n")
            state = "unchanged" if same else "OLD" if only_check else "built"
            click.echo(f"{name}: {path.name} {state}")
    sys.exit(1 if only_check and stale else 0)


@exercise_group.command("new")
@click.argument("name", metavar="SET/NAME")
@click.option("--kind", default="write", show_default=True, type=click.Choice(KINDS))
def exercise_new(name: str, kind: str) -> None:
    """Begin an exercise: a source that builds, grades and passes its tests, to be rewritten."""
    from course.grading.scaffold import ScaffoldError, scaffold

    try:
        for path in scaffold(name, kind):
            click.echo(f"wrote {path}")
    except ScaffoldError as problem:
        raise click.ClickException(str(problem)) from None


@exercise_group.command("release")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.argument("names", nargs=-1)
@click.option("--learner", "learners", multiple=True, help="Whom a folder is for; repeatable.")
@click.option("--learners", "roster", type=click.File(), help="A file with one learner a line.")
def exercise_release(
    folder: Path, names: tuple[str, ...], learners: tuple[str, ...], roster: IO[str] | None
) -> None:
    """Write into FOLDER what learners are given: no solutions and no hidden checks."""
    from course.grading.exercise import NoSuchExercise
    from course.grading.release import NotAName, release

    listed = [line.strip() for line in roster or () if line.strip()]
    try:
        written = release(folder, names, (*learners, *listed))
    except (NoSuchExercise, NotAName) as problem:
        raise click.ClickException(str(problem)) from None
    click.echo(f"wrote {len(written)} notebooks to {folder}")


@exercise_group.command("nbgrader")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.argument("names", nargs=-1)
def exercise_nbgrader(folder: Path, names: tuple[str, ...]) -> None:
    """Write a course folder for nbgrader: source/ with the exercises, and its configuration."""
    from course.grading.exercise import NoSuchExercise
    from course.grading.forgrader import course_folder

    try:
        for path in course_folder(folder, names):
            click.echo(f"wrote {path}")
    except NoSuchExercise as problem:
        raise click.ClickException(str(problem)) from None


@exercise_group.command("list")
def exercise_list() -> None:
    """List the exercises with their points."""
    from course.grading.exercise import load, places

    for place in places():
        exercise = load(place.name)
        click.echo(f"{place.name:<32} {exercise.points:>3} points  {exercise.title}")


if __name__ == "__main__":
    main()
