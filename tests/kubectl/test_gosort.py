"""The order that Go's ``sort.Sort`` leaves equal keys in; the answers were given by Go 1.26."""

from __future__ import annotations

import pytest

from kubelite.kubectl.gosort import go_sorted

CASES = {
    "few, insertion": (
        "2 1 2 1 2 2 2 2 0 1 0 2",
        "8 10 1 3 9 0 2 4 5 6 7 11",
    ),
    "many equal": (
        "0 0 0 1 1 0 1 0 0 0 0 1 1 0 1 0 0 0 1 0",
        "10 1 2 19 17 5 16 7 9 8 15 13 0 11 14 12 6 4 18 3",
    ),
    "all equal": (
        "7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7",
        "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29",
    ),
    "falling": (
        "9 9 9 8 8 8 7 7 7 6 6 6 5 5 5 4 4 4 3 3 3 2 2 2 1 1 1 0 0 0",
        "27 29 28 24 26 25 23 22 21 20 19 18 15 17 16 14 13 12 9 11 10 8 7 6 5 4 3 0 2 1",
    ),
    "ninther": (
        "1 0 0 1 1 1 1 2 2 1 4 5 5 1 1 5 1 3 2 0 2 3 1 1 2 0 2 2 4 4 0 4 5 5 2 0 2 2 2 3 "
        "5 2 1 3 3 5 1 0 2 0 5 2 3 0 4 3 2 3 4 0 3 0 5 1",
        "61 1 2 35 47 30 49 25 53 19 59 63 46 13 14 42 16 0 3 9 4 5 22 23 6 48 18 27 51 "
        "24 8 26 41 7 34 20 36 37 38 56 17 57 39 43 44 21 60 52 55 29 31 28 58 10 54 33 "
        "15 50 32 12 40 11 62 45",
    ),
    "nearly sorted": (
        "1 1 1 12 1 2 2 2 2 3 3 3 4 4 4 4 4 5 5 6 6 6 7 7 8 8 8 9 9 9 9 10 10 10 10 11 11 "
        "11 11 11 1 13 13 13 14 14 14 15 15 16 16 16 17 17 18 18 19 19 19 19",
        "0 1 2 4 40 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 "
        "30 31 32 33 34 35 36 37 38 39 3 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 "
        "57 58 59",
    ),
    "patterned": (
        "0 6 2 2 4 6 6 2 8 2 10 1 12 0 14 0 16 4 18 6 20 1 22 1 24 0 26 2 28 0 30 1 32 1 "
        "34 1 36 2 38 4",
        "29 25 0 15 13 11 33 35 23 21 31 7 37 2 9 27 3 17 4 39 1 19 6 5 8 10 12 14 16 18 "
        "20 22 24 26 28 30 32 34 36 38",
    ),
}
"""Keys, and the places from which Go takes them."""


@pytest.mark.parametrize("name", CASES)
def test_equal_keys_stand_as_go_leaves_them(name: str) -> None:
    keys, wanted = (list(map(int, text.split())) for text in CASES[name])
    assert go_sorted(range(len(keys)), keys.__getitem__) == wanted


def test_whatever_comes_is_sorted() -> None:
    for length in range(200):
        values = [place * 7919 % (length + 1) for place in range(length)]
        assert go_sorted(values, lambda value: value) == sorted(values)
