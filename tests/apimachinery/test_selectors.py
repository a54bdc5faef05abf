"""Selectors of API objects, and what an index may know of them."""

from __future__ import annotations

import pytest

from kubelite.apimachinery import fields, labels
from kubelite.apimachinery.meta import LabelSelector, LabelSelectorRequirement


def test_no_selector_selects_nothing_and_an_empty_one_everything() -> None:
    assert not labels.from_label_selector(None).matches({})
    assert labels.from_label_selector(LabelSelector()).matches({"any": "thing"})
    assert labels.from_label_selector(LabelSelector()) == labels.parse("") == labels.from_set({})


def test_all_parts_of_a_selector_must_hold() -> None:
    selector = labels.from_label_selector(
        LabelSelector(
            match_labels={"app": "shop"},
            match_expressions=(
                LabelSelectorRequirement(key="tier", operator="In", values=("web", "api")),
                LabelSelectorRequirement(key="canary", operator="DoesNotExist"),
            ),
        )
    )
    assert str(selector) == "app=shop,!canary,tier in (api,web)"
    assert selector.matches({"app": "shop", "tier": "web"})
    assert not selector.matches({"app": "shop", "tier": "db"})
    assert not selector.matches({"app": "shop", "tier": "web", "canary": ""})
    assert {selector: 1}[labels.parse(str(selector))] == 1


def test_bad_selectors_are_refused_in_upstreams_words() -> None:
    wrong = LabelSelectorRequirement(key="a", operator="Near")
    with pytest.raises(ValueError, match='^"Near" is not a valid label selector operator$'):
        labels.from_label_selector(LabelSelector(match_expressions=(wrong,)))
    empty = LabelSelectorRequirement(key="a", operator="In")
    with pytest.raises(ValueError, match="values set can't be empty"):
        labels.from_label_selector(LabelSelector(match_expressions=(empty,)))
    with pytest.raises(
        ValueError, match='^unable to parse requirement: <nil>: Invalid value: "-a"'
    ):
        labels.parse("-a=b")
    with pytest.raises(ValueError, match="^found 'c', expected: ',' or 'end of string'$"):
        labels.parse("a=b c")


def test_an_index_learns_the_one_value_a_key_must_have() -> None:
    selector = labels.parse("app=shop,tier in (web),zone in (a,b),!old")
    assert [selector.exact(key) for key in ("app", "tier", "zone", "old", "new")] == [
        "shop", "web", None, None, None,
    ]  # fmt: skip
    assert fields.parse("spec.nodeName=n1,status.phase!=Failed").exact("spec.nodeName") == "n1"
    assert fields.parse("spec.nodeName!=n1").exact("spec.nodeName") is None


def test_an_absent_field_reads_as_empty() -> None:
    assert fields.parse("spec.nodeName=").matches({})
    with pytest.raises(ValueError, match="^invalid selector: 'phase'; can't understand 'phase'$"):
        fields.parse("phase")
