"""The list of bad inputs: ``elsewhere.ITEMS`` says what each item is.

Those that are tried in this folder are tests with the number of the item: 1 to 8 in
``test_written``, 9 to 13 in ``test_names_and_amounts``, the others in ``test_deeds``. What belongs
to one room is tried beside that room (``elsewhere.ELSEWHERE``).
"""

from __future__ import annotations

import importlib
import re

from tests.badinput import test_deeds, test_names_and_amounts, test_written
from tests.badinput.elsewhere import ELSEWHERE, ITEMS


def test_00_each_item_is_tried() -> None:
    names = [
        name
        for module in (test_written, test_names_and_amounts, test_deeds)
        for name in vars(module)
    ]
    here = {int(name[5:7]) for name in names if re.match(r"test_\d\d_", name)}
    assert set(ITEMS) == set(range(1, 33))
    assert [number for number in ITEMS if number not in here and number not in ELSEWHERE] == []


def test_00_what_is_tried_elsewhere_is_there() -> None:
    for places in ELSEWHERE.values():
        for place in places:
            file, _, name = place.partition("::")
            module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
            assert callable(getattr(module, name)), place
