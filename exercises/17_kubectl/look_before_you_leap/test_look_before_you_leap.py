"""Tests of the exercise 17_kubectl/look_before_you_leap: built from source.py by `kubelite exercise build`."""

from pathlib import Path

import pytest

from course.grading.holding import Holding

HOLDING = Holding(Path(__file__).parent)


@pytest.mark.parametrize("answer", HOLDING.answers, ids=str)
def test_what_answers_earn(answer):
    HOLDING.hold(answer)
