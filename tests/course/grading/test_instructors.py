"""What instructors get and give: gradebooks, pages, misconceptions, releases, beginnings."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from course.cli import main
from course.grading import cohort, imports, pages, practise
from course.grading.exercise import EXERCISES, KINDS, Place, places
from course.grading.grader import Grade
from course.grading.holding import Holding
from course.grading.judge import CheckResult, Result
from course.grading.release import NotAName, release
from course.grading.scaffold import ScaffoldError, scaffold
from course.grading.source import BEGIN, END, answer_text, wrong_answers

IDEA = "A pod is thought to be immortal."


def grade(learner: str, points: int, idea: str = IDEA, exercise: str = "07_a/b") -> Grade:
    first = CheckResult("one", "It runs", 1, 1, "It ran.")
    steps = ("1.0 s  <b>trouble</b>",)
    hidden = points == 1 and learner == "eve"
    second = CheckResult("two", "It stays", points - 1, 2, "<i>gone</i>", idea, steps, hidden)
    return Grade(learner, f"{learner}.ipynb", Result(exercise, "Keep <it>", (first, second)))


GRADES = [grade("ada", 3, ""), grade("bob", 1), grade("eve", 1), grade("bob", 3, "")]


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_moodle_takes_points_and_feedback_of_the_best_notebook() -> None:
    header, *learners = rows(imports.moodle(GRADES, imports.EMAIL))
    assert header == ["Email address", "Keep <it>", "Keep <it> (feedback)"]
    assert [(row[0], row[1]) for row in learners] == [("ada", "3"), ("bob", "3"), ("eve", "1")]
    assert "did not on another cluster" in learners[2][2]
    assert "gone" not in learners[2][2]


def test_canvas_has_its_columns_and_the_points_possible() -> None:
    header, possible, *learners = rows(imports.canvas(GRADES))
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Keep <it>"]
    assert possible == ["    Points Possible", "", "", "", "", "3"]
    assert learners[1] == ["bob", "", "", "bob", "", "3"]
    assert rows(imports.canvas(GRADES, imports.NUMBER))[2] == ["ada", "", "ada", "", "", "3"]


def test_who_handed_in_nothing_has_no_grade() -> None:
    nothing = Grade("zoe", "zoe", Result("", "", (CheckResult("", "", 0, 0, "None."),)))
    assert rows(imports.moodle([*GRADES, nothing]))[-1] == ["zoe", "-", ""]
    assert rows(imports.canvas([*GRADES, nothing]))[-1][-1] == ""


def test_no_cell_is_a_formula() -> None:
    assert rows(imports.canvas([grade("=cmd()", 3)]))[2][0] == "'=cmd()"


def test_the_commonest_misconception_comes_first() -> None:
    rare = grade("ada", 1, "Rare.", "08_c/d")
    found = cohort.misconceptions([rare, *GRADES])
    assert [(one.idea, one.learners, one.tried) for one in found] == [
        (IDEA, ("bob", "eve"), 3),
        ("Rare.", ("ada",), 1),
    ]
    assert rows(cohort.as_csv(found))[1] == [IDEA, "2", "3", "07_a/b", "It stays", "bob; eve"]


def test_a_page_shows_text_as_text_and_keeps_what_is_hidden() -> None:
    bob = pages.page("<bob>", [grade("bob", 1)])
    assert "&lt;bob&gt;: 1 of 3 points" in bob
    assert "&lt;i&gt;gone&lt;/i&gt;" in bob and "&lt;b&gt;trouble&lt;/b&gt;" in bob
    eve = pages.page("eve", [grade("eve", 1)])
    assert "gone" not in eve and "trouble" not in eve


def test_names_of_pages_stay_in_their_folder(tmp_path: Path) -> None:
    learners = ["../../etc/passwd", "..", "ada", "ADA", "a/b"]
    written = pages.write([grade(name, 3) for name in learners], tmp_path)
    assert len(set(written)) == len(learners)
    assert {path.parent for path in written} == {tmp_path}


# Release


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("given")
    release(folder)
    return folder


@pytest.mark.parametrize("name", [place.name for place in places()])
def test_learners_are_given_no_solution_and_no_hidden_check(name: str, given: Path) -> None:
    place = Place(EXERCISES, name)
    theirs = [path for path in given.rglob("*") if path.is_file()]
    text = "\n".join(path.read_text(encoding="utf-8") for path in theirs)
    assert {path.name for path in theirs} <= {
        "checks.py",
        *(f"{one.folder.name}.ipynb" for one in places()),
    }
    assert BEGIN not in text and END not in text and "HOLDING" not in text
    shipped = set("\n".join(answer_text(place, solved=False)).splitlines())
    for solved in answer_text(place, solved=True):
        secret = [line for line in solved.splitlines() if len(line.strip()) > 30]
        # How a manifest of a kind begins is no secret: other exercises may ship such a line.
        new = [one for one in secret if one not in shipped and not one.startswith("apiVersion: ")]
        leaked = [line for line in new if json.dumps(line)[1:-1] in text]
        assert leaked == []
        assert json.dumps(solved)[1:-1] not in text
    hidden = place.hidden.read_text(encoding="utf-8") if place.hidden.exists() else ""
    assert [line for line in hidden.splitlines() if line.startswith("SEEDS") and line in text] == []
    assert [wrong.name for wrong in wrong_answers(place) if f'wrong="{wrong.name}"' in text] == []


def test_what_is_given_works_by_itself(given: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(given / "11_bin_packing")
    check, _ = practise("11_bin_packing/how_many_fit")
    assert check({"on_one": 0}).points == 0
    assert check.__self__.exercise.checks[0].look.__code__.co_filename.startswith(str(given))


def test_everybody_has_numbers_of_their_own(tmp_path: Path) -> None:
    name = "11_bin_packing/how_many_fit"
    for learner in ("ada", "bob"):
        release(tmp_path, [name], [learner])
        text = (tmp_path / learner / f"{name}.ipynb").read_text(encoding="utf-8")
        notebook = json.loads(text)
        assert f'learner="{learner}"' in "".join(c["source"] for c in notebook["cells"])
        assert notebook["metadata"]["kubelite"]["learner"] == learner
    numbers = [practise(name, learner=who).given for who in ("ada", "bob", "Ada ", "")]
    assert numbers[0] != numbers[1] and numbers[0] == numbers[2] and numbers[3]
    with pytest.raises(NotAName):
        release(tmp_path, [name], ["../ada"])


# Beginnings


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_begun_works(kind: str, tmp_path: Path) -> None:
    scaffold("20_probes/my_own", kind, tmp_path)
    holding = Holding(tmp_path / "20_probes" / "my_own")
    assert len(holding.answers) == 5
    for answer in holding.answers:
        holding.hold(answer)
    with pytest.raises(ScaffoldError, match="already"):
        scaffold("20_probes/my_own", kind, tmp_path)


def test_a_name_says_the_chapter(tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match="chapter"):
        scaffold("../x", "fix", tmp_path)


def test_the_commands(tmp_path: Path) -> None:
    run = CliRunner().invoke
    done = run(main, ["exercise", "release", str(tmp_path / "out"), "--learner", "ada"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "ada" / "07_declarative" / "five_shops.ipynb").is_file()
    done = run(main, ["exercise", "nbgrader", str(tmp_path / "nb"), "07_declarative/five_shops"])
    assert (tmp_path / "nb" / "source" / "07_declarative" / "five_shops.ipynb").is_file()
    assert run(main, ["exercise", "new", "bad name"]).exit_code == 1
    assert run(main, ["exercise", "release", str(tmp_path), "no/such"]).exit_code == 1
