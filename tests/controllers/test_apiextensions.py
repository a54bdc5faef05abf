"""Which names of a definition are accepted.

The table is upstream's: apiextensions-apiserver/pkg/controller/status/naming_controller_test.go.
"""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.apiextensions_v1 import CustomResourceDefinitionNames as Names
from kubelite.api.conditions import condition
from kubelite.cluster import Cluster
from tests.cluster.definitions import definition

ALFA = ("alfa", "delta", "Echo", "Foxtrot", "golf", "hotel")


def names(plural: str, singular: str, kind: str, list_kind: str, *short: str) -> Names:
    return Names(
        plural=plural, singular=singular, kind=kind, list_kind=list_kind, short_names=short
    )


def named(group: str, found: tuple[str, ...]) -> dict[str, Any]:
    plural, singular, kind, list_kind, *short = found
    return definition(
        group=group,
        names={
            "plural": plural,
            "singular": singular,
            "kind": kind,
            "listKind": list_kind,
            "shortNames": short,
        },
    )


@pytest.mark.parametrize(
    ("group", "held", "expected", "reason", "message"),
    [
        ("charlie.com", ALFA, names(*ALFA), "NoConflicts", "no conflicts found"),
        (
            "bravo.com",
            ("india", "alfa", "Ia", "Ib"),
            names("", *ALFA[1:]),
            "PluralConflict",
            '"alfa" is already in use',
        ),
        (
            "bravo.com",
            ("india", "indias", "Ia", "Ib", "delta"),
            names("alfa", "", *ALFA[2:]),
            "SingularConflict",
            '"delta" is already in use',
        ),
        (
            "bravo.com",
            ("india", "indias", "Ia", "Ib", "hotel"),
            names(*ALFA[:4]),
            "ShortNamesConflict",
            '"hotel" is already in use',
        ),
        (
            "bravo.com",
            ("india", "indias", "Ia", "Echo"),
            names("alfa", "delta", "", *ALFA[3:]),
            "KindConflict",
            '"Echo" is already in use',
        ),
        (
            "bravo.com",
            ("india", "indias", "Foxtrot", "Ib"),
            names("alfa", "delta", "Echo", "", *ALFA[4:]),
            "ListKindConflict",
            '"Foxtrot" is already in use',
        ),
        ("bravo.com", ("india", "echo", "Ia", "Ib"), names(*ALFA), "NoConflicts", None),
    ],
)
def test_names(
    group: str, held: tuple[str, ...], expected: Names, reason: str, message: str | None
) -> None:
    cluster = Cluster(nodes=0)
    cluster.apply(named(group, held))
    cluster.run(1)
    cluster.apply(named("bravo.com", ALFA))
    cluster.run(1)
    found = cluster.get("crd/alfa.bravo.com")
    assert found.status.accepted_names == expected
    accepted, established = (condition(found, t) for t in ("NamesAccepted", "Established"))
    assert accepted is not None and established is not None
    assert accepted.reason == reason
    assert message is None or accepted.message == message
    good = reason == "NoConflicts"
    assert established.status == ("True" if good else "False")
    assert established.reason == ("InitialNamesAccepted" if good else "NotAccepted")


def test_names_that_become_free_are_given_to_whoever_waits() -> None:
    cluster = Cluster(nodes=0)
    cluster.apply(named("bravo.com", ("india", "alfa", "Ia", "Ib")))
    cluster.run(1)
    cluster.apply(named("bravo.com", ALFA))
    cluster.run(1)
    cluster.delete("crd/india.bravo.com")
    cluster.run_until("crd/alfa.bravo.com established", timeout=10)
    assert cluster.get("alfa").names == []
