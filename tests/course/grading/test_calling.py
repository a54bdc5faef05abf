"""A learner's function is called over a pipe, or in the notebook, and a check cannot tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from course.grading import sandbox
from course.grading.calling import AnswerError, Function, Local, Remote
from course.grading.sandbox import Limits

CELL = '''
import os
class Thing:
    """Holds numbers."""
    def __init__(self, first=0):
        self.numbers = [first]
    def put(self, number):
        self.numbers.append(number)
        return len(self.numbers)
    def all(self):
        return self.numbers
    def each(self):
        yield from self.numbers
    def bad(self):
        return {1j: 2}

def thing(what="add", a=0, b=0, kubectl=None, **rest):
    """Does what it is told."""
    if what == "add":
        return a + b
    if what == "ask":
        said = kubectl("get pods")
        kubectl.wait(3)
        return [said, said.ok]
    if what == "make":
        return Thing(a)
    if what == "fail":
        return 1 // 0
    if what == "wide":
        return "x" * (1 << 20)
    if what == "loop":
        while True:
            pass
    if what == "exit":
        os._exit(3)
    if what == "object":
        return {"a": [object()]}
'''


@pytest.fixture(params=["local", "remote"])
def thing(request: pytest.FixtureRequest) -> Iterator[Function]:
    if request.param == "local":
        scope: dict[str, Any] = {}
        exec(CELL, scope)
        yield Function("thing", Local("thing", scope["thing"]))
        return
    remote = Remote("thing", CELL)
    yield Function("thing", remote)
    remote.close()


def test_plain_values_go_both_ways(thing: Function) -> None:
    assert thing(a=2, b=3) == 5
    assert thing("add", 2, 3) == 5
    assert thing(a=["x"], b=("y",)) == ["x", "y"]


def test_an_object_that_was_made_is_called_by_its_methods(thing: Function) -> None:
    made = thing("make", 7)
    assert [made.put(8), made.put(9)] == [2, 3]
    assert made.all() == made.each() == [7, 8, 9]
    with pytest.raises(AnswerError, match="no method `take`"):
        made.take()


def test_what_it_asks_of_a_handle_is_answered(thing: Function) -> None:
    asked: list[tuple[Any, ...]] = []

    def kubectl(verb: str, *args: Any) -> Any:
        asked.append((verb, *args))
        return None if verb else {"printed": "web-1", "ok": True}

    assert thing("ask", kubectl=kubectl) == ["web-1", True]
    assert asked == [("", "get pods"), ("wait", 3)]


def test_a_handle_that_refuses_is_an_error_of_the_answer(thing: Function) -> None:
    def kubectl(verb: str, *args: Any) -> Any:
        raise AnswerError("not that")

    with pytest.raises(AnswerError, match="not that"):
        thing("ask", kubectl=kubectl)


@pytest.mark.parametrize("what, said", [("fail", "ZeroDivisionError"), ("object", "plain values")])
def test_what_goes_wrong_in_it_is_a_sentence(thing: Function, what: str, said: str) -> None:
    with pytest.raises(AnswerError, match=said):
        thing(what)
    assert thing(a=1, b=1) == 2  # and it goes on


@pytest.mark.parametrize(
    "what, said", [("loop", "in time|ended Python"), ("exit", "ended Python"), ("wide", "larger")]
)
def test_what_ends_it_ends_it_for_good(
    what: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "CALL_SECONDS", 1.0)
    remote = Remote("thing", CELL, Limits(wall_seconds=20.0))
    function = Function("thing", remote)
    assert function(a=1, b=1) == 2
    with pytest.raises(AnswerError, match=said):
        function(what)
    with pytest.raises(AnswerError, match=said):
        function(a=1, b=1)
    assert remote.ended
    remote.close()


@pytest.mark.parametrize(
    "cell, said",
    [("thing = 3", "not a function"), ("1 / 0", "ZeroDivisionError"), ("x", "NameError")],
)
def test_a_cell_without_a_function_is_told_so(cell: str, said: str) -> None:
    remote = Remote("thing", cell)
    with pytest.raises(AnswerError, match=said):
        Function("thing", remote)()
    remote.close()


def test_the_child_knows_neither_checks_nor_engine() -> None:
    cell = "import sys\ndef thing():\n    return sorted(sys.modules)"
    remote = Remote("thing", cell)
    modules = Function("thing", remote)()
    assert [name for name in modules if name.startswith(("kubelite", "course"))] == []
    remote.close()
