"""The cases of upstream's strategicpatch/patch_test.go."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Annotated, Any

import pytest
import yaml

from kubelite.apimachinery.patch import strategic, strategic_diff
from kubelite.apimachinery.struct import Struct, merge_on, retain_keys

CASES = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").with_stem("strategic_merge_patch").read_text()
)


class RetainKeysMergeItem(Struct, kw_only=True):
    name: str = ""
    value: str = ""
    other: str = ""
    simple_map: dict[str, str] = {}
    merging_int_list: Annotated[tuple[int, ...], merge_on()] = ()
    merging_list: Annotated[tuple[MergeItem, ...], merge_on("name")] = ()
    non_merging_list: tuple[MergeItem, ...] = ()


class MergeItem(Struct, kw_only=True):
    name: str = ""
    value: str = ""
    other: str = ""
    merging_list: Annotated[tuple[MergeItem, ...], merge_on("name")] = ()
    non_merging_list: tuple[MergeItem, ...] = ()
    merging_int_list: Annotated[tuple[int, ...], merge_on()] = ()
    non_merging_int_list: tuple[int, ...] = ()
    simple_map: dict[str, str] = {}
    retain_keys_map: Annotated[RetainKeysMergeItem, retain_keys()] = RetainKeysMergeItem()
    retain_keys_merging_list: Annotated[
        tuple[MergeItem, ...], merge_on("name", retain_keys=True)
    ] = ()


def why(case: dict[str, Any]) -> str:
    return str(case["why"])


@pytest.mark.parametrize("case", CASES["apply"], ids=why)
def test_apply(case: dict[str, Any]) -> None:
    if "error" in case:
        with pytest.raises(ValueError, match=case["error"]):
            strategic.apply(MergeItem, case["original"], case["twoWay"])
        return
    before = copy.deepcopy(case)
    assert strategic.apply(MergeItem, case["original"], case["twoWay"]) == case["modified"]
    assert case == before, "neither argument may change"


@pytest.mark.parametrize("case", CASES["create"], ids=why)
def test_two_way(case: dict[str, Any]) -> None:
    patch = strategic_diff.diff(MergeItem, case["original"], case["modified"])
    assert patch == case["twoWay"]
    expected = case.get("twoWayResult", case["modified"])
    assert strategic.apply(MergeItem, case["original"], patch) == expected


@pytest.mark.parametrize("case", CASES["create"], ids=why)
def test_three_way(case: dict[str, Any]) -> None:
    patch = strategic_diff.three_way(MergeItem, case["original"], case["modified"], case["current"])
    assert patch == case["threeWay"]
    assert strategic.apply(MergeItem, case["current"], patch) == case["result"]
