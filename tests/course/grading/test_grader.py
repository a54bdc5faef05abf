"""The grader: a folder of anything in, a grade for everybody out."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from course.grading import gradebook, sandbox
from course.grading import grader as graders
from course.grading.grader import Grade, Grader, grade_all, jobs
from course.grading.judging import Judges
from course.grading.sandbox import Limits
from tests.course.grading.conftest import NAME, Submit

GOOD = 'eggs = {"number": 6}'


@pytest.fixture(autouse=True)
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(cpu_seconds=1, wall_seconds=3.0, memory_bytes=256 << 20)
    monkeypatch.setattr(sandbox.run_answers, "__defaults__", (limits,))
    monkeypatch.setattr(graders, "JUDGE_SECONDS", 3.0)


class Warm(Judges):
    """Judges that stay when a folder is done: starting one takes longer than any of these tests."""

    def close(self) -> None:
        """Not yet."""

    def end(self) -> None:
        super().close()


WARM = Warm()


@pytest.fixture(scope="module", autouse=True)
def judges_end_at_last() -> Iterator[None]:
    yield
    WARM.end()


def graded(toy: Path, submissions: Path, exercise: str = "") -> dict[str, Grade]:
    grader = Grader(root=toy, seeds=(7,), exercise=exercise, judges=WARM)
    grades = grade_all(grader, jobs(submissions))
    return {grade.learner: grade for grade in grades}


def sentence(grade: Grade) -> str:
    return " ".join([grade.result.checks[-1].sentence, *grade.remarks])


def test_learners_are_files_or_folders(toy: Path, submissions: Path, submit: Submit) -> None:
    submit("ada", GOOD)
    path = submit("half_a_dozen", 'eggs = {"number": 5}')
    (submissions / "bob" / ".ipynb_checkpoints").mkdir(parents=True)
    path.rename(submissions / "bob" / "half_a_dozen.ipynb")
    (submissions / "bob" / ".ipynb_checkpoints" / "half_a_dozen.ipynb").write_text("{}")
    (submissions / "cyd.docx").write_text("my homework")
    grades = graded(toy, submissions)
    assert {learner: grade.result.points for learner, grade in grades.items()} == {
        "ada": 3,
        "bob": 1,
        "cyd": 0,
    }
    assert sentence(grades["cyd"]) == "No notebook was handed in."


TOO_LONG = "computing after 1 s|not finished after 3 s"  # which comes first, a busy machine decides

HOSTILE = {
    "crash": ("import ctypes; ctypes.string_at(0)", "crash|may not use ctypes"),
    "abort": ("import os; os.abort()", "crash"),
    "raise": ("raise RuntimeError('no\\nway')", "RuntimeError: no way.*line 1"),
    "syntax": ("eggs = {", "SyntaxError"),
    "exit": ("import os; os._exit(0)", "ended Python"),
    "sys-exit": ("import sys; sys.exit()", "SystemExit"),
    "loop": ("while True: pass", TOO_LONG),
    "sleep": ("import time; time.sleep(60)", "not finished after 3 s"),
    "memory": ("x = bytearray(1 << 30)", "more memory"),
    "power": ("x = 2 ** (2 ** 40)", f"{TOO_LONG}|more memory"),
    "print": ("while True: print('x' * 100000)", TOO_LONG),
    "big-answer": ("eggs = {'number': 'x' * (1 << 20)}", "larger than 256 KiB"),
    "disk": (
        "f = open('f', 'wb')\nwhile True: f.write(b'x' * 100000); f.flush()",
        "File too large",
    ),
    "fork-bomb": ("import os\nwhile True: os.fork()", "may not use os.fork|Resource"),
    "system": ("import os; os.system('echo'); eggs = {}", "may not use os.system"),
    "object": ("eggs = object()", "is a object"),
    "recursive": ("eggs = []\neggs.append(eggs)", "is a list"),
    "deep": ("eggs = []\nfor _ in range(100000): eggs = [eggs]", "is a list"),
    "nothing": ("omelette = 6", "left no `eggs`"),
    "liar": (
        "class Liar(dict):\n    def __eq__(self, other): return True\n"
        "    def __getitem__(self, key): return 6\neggs = Liar(number=5)",
        "5 eggs",
    ),
    "forged": (
        "import os, json\n"
        "for d in range(3, 20):\n"
        '    try: os.write(d, b\'["eggs", {"points": 99}]\\n\')\n'
        "    except OSError: pass",
        "TypeError|could not be observed|ended Python",
    ),
    "patch": (
        "import sys, builtins, json\njson.dumps = lambda *a, **k: '{\"points\": 3}'\n"
        "builtins.sum = lambda *a: 99\neggs = {'number': 5}",
        ".",
    ),
    "stay-behind": (
        "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\neggs = {'number': 5}",
        "5 eggs",
    ),
    "judge-hog": ("eggs = {'number': 13}", "still busy with this answer"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answers_cost_only_themselves(
    name: str, toy: Path, submissions: Path, submit: Submit
) -> None:
    answer, expected = HOSTILE[name]
    submit("hostile", answer)
    submit("good", GOOD)
    grades = graded(toy, submissions)
    assert grades["good"].result.points == 3
    assert grades["hostile"].result.points < 3
    assert_matches(expected, sentence(grades["hostile"]))


def assert_matches(pattern: str, text: str) -> None:
    assert re.search(pattern, text), text


def test_containment_also_holds_without_namespaces(
    toy: Path, submissions: Path, submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "namespaces", lambda: ())
    for name in ("loop", "memory", "abort", "exit"):
        submit(name, HOSTILE[name][0])
    submit("good", GOOD)
    grades = graded(toy, submissions)
    assert {learner: grade.result.points for learner, grade in grades.items()} == {
        **dict.fromkeys(("loop", "memory", "abort", "exit"), 0),
        "good": 3,
    }
    for name in ("loop", "memory", "abort", "exit"):
        assert_matches(HOSTILE[name][1], sentence(grades[name]))


def answers(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [c for c in notebook["cells"] if "eggs =" in "".join(c["source"])]


def test_a_deleted_answer_cell_is_named(toy: Path, submissions: Path, submit: Submit) -> None:
    submit("ada", GOOD, lambda nb: nb["cells"].remove(answers(nb)[0]))
    assert "answer cell was deleted" in sentence(graded(toy, submissions)["ada"])


def test_of_copied_answer_cells_the_last_counts(
    toy: Path, submissions: Path, submit: Submit
) -> None:
    def copy(nb: dict[str, Any]) -> None:
        nb["cells"].insert(0, {**answers(nb)[0], "source": "eggs = {'number': 1}"})

    submit("ada", GOOD, copy)
    grade = graded(toy, submissions)["ada"]
    assert grade.result.points == 3
    assert "2 cells for `eggs`" in sentence(grade)


def test_lost_metadata_costs_nothing(toy: Path, submissions: Path, submit: Submit) -> None:
    def strip(nb: dict[str, Any]) -> None:
        nb["metadata"] = {}
        for cell in nb["cells"]:
            cell["metadata"] = {}

    submit("ada", GOOD, strip)
    assert "does not say which exercise" in sentence(graded(toy, submissions)["ada"])
    grade = graded(toy, submissions, exercise=NAME)["ada"]
    assert grade.result.points == 3
    assert "lost its label" in sentence(grade)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff\xfe", b"[]", b'{"cells": 7}', b"[" * 100_000, b"null", b"PK\x03\x04"],
)
def test_what_is_not_a_notebook_is_told_so(toy: Path, submissions: Path, content: bytes) -> None:
    (submissions / "ada.ipynb").write_bytes(content)
    grade = graded(toy, submissions, exercise=NAME)["ada"]
    assert (grade.result.points, grade.result.max) == (0, 3)
    assert "not a notebook" in sentence(grade)


@pytest.mark.parametrize("cells", [[None, 7, {"cell_type": "code", "source": 3, "metadata": []}]])
def test_odd_cells_are_passed_over(toy: Path, submissions: Path, cells: list[Any]) -> None:
    (submissions / "ada.ipynb").write_text(json.dumps({"cells": cells}))
    assert "deleted" in sentence(graded(toy, submissions, exercise=NAME)["ada"])


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="this system has no symbolic links")
def test_links_are_not_followed(toy: Path, submissions: Path, submit: Submit) -> None:
    path = submit("ada", GOOD)
    (submissions / "bob.ipynb").symlink_to(path)
    assert "a link" in sentence(graded(toy, submissions)["bob"])


def test_the_gradebook(toy: Path, submissions: Path, submit: Submit, tmp_path: Path) -> None:
    submit("=cmd()", 'eggs = {"number": 5}')
    submit("ada", GOOD)
    table, record, *_ = gradebook.write(list(graded(toy, submissions).values()), tmp_path / "out")
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))))
    assert list(rows[0]) == ["learner", "exercise", "check", "points", "max", "sentence", "file"]
    assert [(r["learner"], r["check"], r["points"], r["max"]) for r in rows] == [
        ("'=cmd()", "any_egg", "1", "1"),
        ("'=cmd()", "six_eggs", "0", "2"),
        ("ada", "any_egg", "1", "1"),
        ("ada", "six_eggs", "2", "2"),
    ]
    learners = json.loads(record.read_text(encoding="utf-8"))
    assert [(one["learner"], one["points"], one["max"]) for one in learners] == [
        ("=cmd()", 1, 3),
        ("ada", 3, 3),
    ]
    assert learners[0]["checks"][1] == {
        "check": "six_eggs",
        "title": "There are six",
        "points": 0,
        "max": 2,
        "sentence": "5 eggs lay there, not 6.",
        "hidden": False,
        "misconception": "",
        "schedule": [],
    }
