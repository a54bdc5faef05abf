"""Judges that live for many submissions, and functions of learners that mean no good."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.grading import grader as graders
from course.grading.exercise import PUBLIC_SEED
from course.grading.grader import Grade, Grader, grade_all, jobs
from course.grading.judging import LARGE, Judges
from course.grading.source import build

NAME = "00_toy/add"

SOURCE = """# %% [markdown] kind="build"
# # Add
# Write `add(a, b)`.

# %% nbgrader={"grade": false, "grade_id": "add", "schema_version": 3, "solution": true}
def add(a, b):
    return 0
### BEGIN SOLUTION
def add(a, b):
    return a + b
### END SOLUTION

# %% tags=["checks"]
from course.grading import check, not_yet, seen

# %% tags=["checks"]
@check(points=1, title="One and one", hints=("Fingers.",))
def small(add, seed):
    said = add(a=1, b=1)
    if said == 2:
        return seen("1 and 1 was 2.")
    return not_yet(f"1 and 1 was {said}.", "Adding is hard.")


@check(points=1, title="The seed and one", hints=("More fingers.",))
def large(add, seed):
    said = add(a=seed, b=1)
    return seen("It was right.") if said == seed + 1 else not_yet(f"{seed} and 1 was {said}.")

# %% tags=["hidden"]
SEEDS = (4711,)


@check(points=1, title="One and one", hints=())
def small(add, seed):
    said = add(a=-8, b=3)
    return seen("Fine.") if said == -5 else not_yet(f"-8 and 3 was {said}.")
"""

GOOD = "def add(a, b):\n    return a + b"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "exercises"
    (folder / NAME).mkdir(parents=True)
    (folder / NAME / "source.py").write_text(SOURCE, encoding="utf-8")
    for path, text in build(NAME, folder).items():
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def judges() -> Iterator[Judges]:
    made = Judges()
    yield made
    made.close()


def graded(
    root: Path, judges: Judges, answers: dict[str, str], workers: int = 2
) -> dict[str, Grade]:
    folder = root.parent / "submissions"
    folder.mkdir(exist_ok=True)
    for learner, answer in answers.items():
        notebook = json.loads((root / f"{NAME}.ipynb").read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            if "nbgrader" in cell["metadata"]:
                cell["source"] = answer
        (folder / f"{learner}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    grader = Grader(root, (PUBLIC_SEED,), judges=judges)
    return {grade.learner: grade for grade in grade_all(grader, jobs(folder), workers)}


BODIES = {
    "loops": "while True: pass",
    "sleeps": "import time; time.sleep(60)",
    "ends": "import os; os._exit(0)",
    "crashes": "import os; os.abort()",
    "hogs": "return bytearray(1 << 31)",
    "floods": "return 'x' * (1 << 24)",
    "prints": "print('x' * (1 << 24)); return 5",
    "forks": "import os\n    while True: os.fork()",
    "deep": "return add(a, b)",
    "object": "return object()",
    "nan": "return float('nan')",
    "looks": "import course; return 5",
    "exits": "raise SystemExit",
    "writes": "f = open('f', 'wb')\n    while True: f.write(b'x' * 99999); f.flush()",
    "stays": "import threading as t, time\n    t.Thread(target=time.sleep, args=(60,)).start()\n",
    "patches": "import json; json.dumps = lambda *a, **k: '[[]]'; return 5",
    "forges": (
        "import os\n    for d in range(3, 20):\n"
        '        try: os.write(d, b\'{"checks": [], "value": 2}\\n\' * 3)\n'
        "        except OSError: pass\n    return 5"
    ),
}

HOSTILE = {
    **{name: f"def add(a, b):\n    {body}" for name, body in BODIES.items()},
    "manifest": "add = 3",
    "class": "class add:\n    def __init__(self, a, b): pass",
    "asks": "def add(a, b, kubectl):\n    return kubectl('delete nodes --all')",
}


def test_hostile_functions_cost_only_themselves(
    root: Path, judges: Judges, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graders, "JUDGE_SECONDS", 20.0)
    monkeypatch.setenv("KUBELITE_CALL_SECONDS", "1")
    learners = {**HOSTILE, **{f"good-{number}": GOOD for number in range(4)}}
    grades = graded(root, judges, learners)
    assert {name for name, grade in grades.items() if grade.result.points == 2} == {
        f"good-{number}" for number in range(4)
    }
    assert {name: grades[name].result.points for name in HOSTILE} == dict.fromkeys(HOSTILE, 0)
    assert all(grades[name].result.checks[0].sentence for name in HOSTILE)


def test_one_judge_serves_many_that_behave(root: Path, judges: Judges) -> None:
    graded(root, judges, {f"good-{number}": GOOD for number in range(6)}, workers=1)
    assert judges.started == 1


def test_a_judge_is_kept_however_large_its_parent_is(root: Path, judges: Judges) -> None:
    held = b"x" * LARGE
    graded(root, judges, {"a": GOOD, "b": GOOD}, workers=1)
    assert judges.started == 1
    assert len(held) == LARGE


def test_a_judge_is_replaced_after_misbehaviour(root: Path, judges: Judges) -> None:
    answers = {"a": GOOD, "b": HOSTILE["ends"], "c": GOOD}
    grades = graded(root, judges, answers, workers=1)
    assert [grades[name].result.points for name in "abc"] == [2, 0, 2]
    assert judges.started == 2


def test_what_knows_the_public_seed_by_heart_fails_without_being_told_where(
    root: Path, judges: Judges
) -> None:
    by_heart = "def add(a, b):\n    return {(1, 1): 2, (7, 1): 8}.get((a, b), 0)"
    checks = graded(root, judges, {"eve": by_heart})["eve"].result.checks
    assert [(one.points, one.hidden) for one in checks] == [(0, True), (0, True)]
    assert "4711" in checks[1].sentence and "4711" not in checks[1].said
    assert "-8" in checks[0].sentence and "-8" not in checks[0].said


def test_a_misconception_travels_to_the_gradebook(root: Path, judges: Judges) -> None:
    result = graded(root, judges, {"eve": "def add(a, b):\n    return a"})["eve"].result
    assert result.checks[0].misconception == "Adding is hard."
