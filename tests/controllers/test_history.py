"""The earlier templates of a set. Cases follow upstream's ``controller_history_test.go``."""

from __future__ import annotations

import pytest

from kubelite.api.apps_v1 import ControllerRevision
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.struct import replace
from kubelite.client.controller import Create, Delete, Update
from kubelite.controllers import history
from tests.controllers.test_statefulset_plan import HASH, stateful_set

ONE, TWO, THREE = (
    history.new_revision(stateful_set(version=str(number)), number, HASH) for number in (1, 2, 3)
)


def test_a_revision_names_its_owner_and_keeps_a_patch_of_the_template() -> None:
    assert ONE.metadata.name == "web-" + ONE.metadata.labels[HASH]
    assert ONE.metadata.owner_references[0].name == "web"
    assert ONE.data is not None
    assert ONE.data["spec"]["template"]["$patch"] == "replace"
    assert history.template_of(ONE) == stateful_set(version="1").spec.template


def test_keys_are_in_order_for_kubectl_compares_bytes() -> None:
    def ordered(value: object) -> bool:
        if isinstance(value, dict):
            return list(value) == sorted(value) and all(map(ordered, value.values()))
        return all(map(ordered, value)) if isinstance(value, list) else True

    assert ordered(ONE.data)


def test_the_same_template_has_the_same_name_until_there_was_a_collision() -> None:
    again = history.new_revision(stateful_set(version="1"), 7, HASH)
    assert again.metadata.name == ONE.metadata.name
    owner = stateful_set(version="1")
    owner = replace(owner, status=replace(owner.status, collision_count=1))
    assert history.new_revision(owner, 1, HASH).metadata.name != ONE.metadata.name


def test_a_long_name_is_cut() -> None:
    owner = stateful_set()
    owner = replace(owner, metadata=replace(owner.metadata, name="w" * 250))
    name = history.new_revision(owner, 1, HASH).metadata.name
    assert name.startswith("w" * 223 + "-")
    assert len(name) <= 223 + 11


def test_a_template_not_seen_before_gets_the_next_number() -> None:
    found, (create,) = history.current(stateful_set(version="3"), [ONE, TWO], HASH)
    assert found is None
    assert isinstance(create, Create)
    assert create.obj.revision == 3


def test_the_present_template_needs_nothing() -> None:
    assert history.current(stateful_set(version="2"), [ONE, TWO], HASH) == (TWO, [])


def test_going_back_makes_an_old_revision_the_newest() -> None:
    found, (update,) = history.current(stateful_set(version="1"), [ONE, TWO], HASH)
    assert found is not None
    assert (found.metadata.name, found.revision) == (ONE.metadata.name, 3)
    assert update == Update(found)


def test_revisions_are_ordered_by_number() -> None:
    assert history.oldest_first([THREE, ONE, TWO]) == [ONE, TWO, THREE]


@pytest.mark.parametrize(
    ("limit", "live", "gone"),
    [
        (10, [], []),
        (2, [], [ONE]),
        (0, [], [ONE, TWO, THREE]),
        (0, [THREE], [ONE, TWO]),
        (1, [ONE], [TWO]),
    ],
)
def test_history_limit(
    limit: int, live: list[ControllerRevision], gone: list[ControllerRevision]
) -> None:
    actions = history.truncated([ONE, TWO, THREE], [r.metadata.name for r in live], limit)
    assert [a.name for a in actions if isinstance(a, Delete)] == [r.metadata.name for r in gone]


def test_rollback_finds_the_template_before() -> None:
    owner = stateful_set(version="3")
    assert history.earlier(owner, [THREE, ONE, TWO], 0) == history.template_of(TWO)
    assert history.earlier(owner, [ONE, TWO, THREE], 1) == history.template_of(ONE)
    assert history.earlier(owner, [ONE, TWO, THREE], 3) is None


def test_rollback_says_what_is_not_there() -> None:
    with pytest.raises(ValueError, match="unable to find specified revision 9 in history"):
        history.earlier(stateful_set(), [ONE, TWO], 9)
    with pytest.raises(ValueError, match="no last revision to roll back to"):
        history.earlier(stateful_set(), [ONE], 0)


def test_whoever_carries_the_labels_in_the_same_namespace_is_selected() -> None:
    assert history.selects(stateful_set(), ONE)
    elsewhere = ObjectMeta(name="x", namespace="other", labels=ONE.metadata.labels)
    assert not history.selects(stateful_set(), replace(ONE, metadata=elsewhere))
