"""How large ReplicaSets become: upstream's tables for deployment_util.go, rolling.go and scale."""

from __future__ import annotations

import pytest

from kubelite.api.apps_v1 import DeploymentStatus, ReplicaSet
from kubelite.controllers.deployment import rolling, scaling
from kubelite.controllers.deployment.revisions import MAX_REPLICAS, fenceposts
from tests.controllers.objects import deployment, replica_set, sizes_after

NEW, OLD, OLDER = 2, 1, 0


@pytest.mark.parametrize(
    ("surge", "unavailable", "replicas", "expected"),
    [
        ("0%", "0%", 0, (0, 0)),  # MaxUnavailable caps ResolveFenceposts' 1 at the size, 0
        ("39%", "39%", 10, (4, 3)),
        (None, "39%", 10, (0, 3)),
        ("39%", None, 10, (4, 0)),
        (None, None, 10, (0, 1)),
        (1, 5, 10, (1, 5)),
        (1, 10, 10, (1, 10)),
        (1, 10, 5, (1, 5)),
        (1, 10, 0, (1, 0)),
        (1, "50%", 10, (1, 5)),
        (1, "100%", 5, (1, 5)),
        ("25%", "25%", 1, (1, 0)),
        ("25%", "25%", 10, (3, 2)),
    ],
)
def test_fenceposts(
    surge: int | str | None, unavailable: int | str | None, replicas: int, expected: object
) -> None:
    assert fenceposts(deployment(replicas, surge, unavailable)) == expected


@pytest.mark.parametrize(("surge", "unavailable"), [("oops", "39%"), ("55%", "urg")])
def test_fenceposts_refuse_what_validation_lets_nobody_store(surge: str, unavailable: str) -> None:
    with pytest.raises(ValueError, match="invalid value for IntOrString"):
        fenceposts(deployment(10, surge, unavailable))


def test_recreate_has_no_fenceposts() -> None:
    assert fenceposts(deployment(10, strategy="Recreate")) == (0, 0)


@pytest.mark.parametrize(
    ("strategy", "wanted", "current", "surge", "expected"),
    [
        ("RollingUpdate", 1, 5, 1, 5),  # NewRSNewReplicas never shrinks: see the next test
        ("RollingUpdate", 6, 2, 10, 6),
        ("Recreate", 3, 1, 1, 3),
    ],
)
def test_new_rs_new_replicas(
    strategy: str, wanted: int, current: int, surge: int, expected: int
) -> None:
    """Upstream's caller has dealt with a ReplicaSet that is too large before it asks."""
    new, other = replica_set("new", current), replica_set("five", 5)
    size = rolling.new_size(deployment(wanted, surge, 1, strategy), [other], current)
    assert size == (expected if current <= wanted else wanted)
    assert new.spec.replicas == current


@pytest.mark.parametrize(
    ("surge", "old", "new", "expected"),
    [(0, 10, 0, 0), (2, 10, 0, 2), (2, 5, 0, 7), (2, 10, 2, 2), (2, 2, 11, 10)],
)
def test_reconcile_new_replica_set(surge: int, old: int, new: int, expected: int) -> None:
    sets = [replica_set("new", new), replica_set("old", old)]
    assert rolling.new_size(deployment(10, surge, 0), sets, new) == expected


@pytest.mark.parametrize(
    ("unavailable", "old", "new", "ready_old", "ready_new", "expected"),
    [
        (0, 10, 0, 10, 0, 9),  # with no surge either, one may be missing
        (2, 10, 0, 10, 0, 8),
        (2, 10, 0, 8, 0, 8),  # the broken ones go first
        (2, 10, 0, 9, 0, 8),
        (2, 8, 2, 8, 0, 8),  # broken new pods take no old ones with them
    ],
)
def test_reconcile_old_replica_sets(
    unavailable: int, old: int, new: int, ready_old: int, ready_new: int, expected: int
) -> None:
    olds = replica_set("old", old, available=ready_old)
    news = replica_set("new", new, available=ready_new)
    actions = rolling.shrink_old(deployment(10, 0, unavailable), news, [olds])
    assert sizes_after(actions, olds)["old"] == expected


@pytest.mark.parametrize(
    ("old", "ready", "most", "taken"), [(10, 8, 1, 1), (10, 8, 3, 2), (10, 8, 0, 0), (10, 10, 3, 0)]
)
def test_clean_up_unhealthy_replicas(old: int, ready: int, most: int, taken: int) -> None:
    olds = replica_set("old", old, available=ready)
    assert rolling.broken(olds, most) == taken


@pytest.mark.parametrize(
    ("unavailable", "ready", "old", "expected"),
    [(0, 10, 10, 9), (2, 10, 10, 8), (2, 8, 10, 8), (2, 10, 0, 0)],
)
def test_scale_down_old_replica_sets(unavailable: int, ready: int, old: int, expected: int) -> None:
    olds = replica_set("old", old, available=ready)
    actions = rolling.shrink_old(deployment(10, 0, unavailable), replica_set("new", 0), [olds])
    assert sizes_after(actions, olds)["old"] == expected


def test_nothing_shrinks_on_numbers_that_are_out_of_date() -> None:
    """Two pods are on their way out and still counted: the floor of 8 must not be broken."""
    lagging = replica_set("old", 6, available=8)
    new = replica_set("new", 4, available=4)
    assert rolling.shrink_old(deployment(10, 0, 2), new, [lagging]) == []


def test_recreate_stops_every_old_version() -> None:
    olds = [replica_set("a", 3), replica_set("b", 0), replica_set("c", 2)]
    actions = rolling.stop_old(deployment(10, strategy="Recreate"), olds)
    assert sizes_after(actions, *olds) == {"a": 0, "b": 0, "c": 0}
    assert len([a for a in actions if hasattr(a, "reason")]) == 2  # "b" needs no event


# TestScale of sync_test.go: (name, size now and before, surge now and before, new, old, expected)
Case = tuple[str, tuple[int, int], tuple[int, int], int | None, tuple[int, ...], tuple[int, ...]]
SCALES: list[Case] = [
    ("normal scaling event: 10 -> 12", (12, 10), (0, 0), 10, (), (12,)),
    ("normal scaling event: 10 -> 5", (5, 10), (0, 0), 10, (), (5,)),
    ("proportional scaling: 5 -> 10", (10, 5), (0, 0), 2, (3,), (4, 6)),
    ("proportional scaling: 5 -> 3", (3, 5), (0, 0), 2, (3,), (1, 2)),
    ("proportional scaling: 9 -> 4", (4, 9), (0, 0), 8, (1,), (4, 0)),
    ("proportional scaling: 7 -> 10", (10, 7), (0, 0), 2, (3, 2), (3, 4, 3)),
    ("proportional scaling: 13 -> 8", (8, 13), (0, 0), 2, (8, 3), (1, 5, 2)),
    ("leftover distribution: 3 -> 4", (4, 3), (0, 0), 1, (1, 1), (2, 1, 1)),
    ("leftover distribution: 3 -> 2", (2, 3), (0, 0), 1, (1, 1), (1, 1, 0)),
    ("proportional scaling (no new rs): 4 -> 5", (5, 4), (0, 0), None, (2, 2), (3, 2)),
    ("proportional scaling: 6 -> 0", (0, 6), (0, 0), 3, (2, 1), (0, 0, 0)),
    ("proportional scaling: 0 -> 6", (6, 6), (0, 0), 0, (0, 0), (6, 0, 0)),
    ("deployment with surge pods", (20, 10), (2, 2), 6, (6,), (11, 11)),
    ("change both surge and size", (50, 10), (6, 3), 5, (8,), (22, 34)),
    ("change both size and template", (14, 10), (0, 0), None, (7, 3), (10, 4)),
]


@pytest.mark.parametrize("case", SCALES, ids=[case[0] for case in SCALES])
def test_scale(case: Case) -> None:
    _, (wanted, before), (surge, surge_before), new_size, old_sizes, expected = case
    former = deployment(before, surge_before)
    new = replica_set("new", new_size, NEW, of=former) if new_size is not None else None
    olds = [
        replica_set(f"old-{age}", size, OLD - age, of=former) for age, size in enumerate(old_sizes)
    ]
    everyone: list[ReplicaSet] = [*([new] if new else []), *olds]
    after = sizes_after(scaling.scale(deployment(wanted, surge), new, olds), *everyone)
    assert tuple(after.values()) == expected


def test_scale_after_an_update_that_failed() -> None:
    """foo-v2 missed the last scale and remembers three replicas, not five."""
    now, three = deployment(5), deployment(3)
    new = replica_set("foo-v3", 2, NEW, of=now)
    olds = [replica_set("foo-v2", 1, OLD, of=three), replica_set("foo-v1", 1, OLDER, of=now)]
    after = sizes_after(scaling.scale(now, new, olds), new, *olds)
    assert after == {"foo-v3": 2, "foo-v2": 2, "foo-v1": 1}


def test_a_complete_but_broken_version_takes_no_old_pods() -> None:
    two = deployment(2, 1, 1)
    new, old = replica_set("new", 2, NEW, of=two), replica_set("old", 1, OLD, of=two)
    assert sizes_after(scaling.scale(two, new, [old]), new, old) == {"new": 2, "old": 1}


@pytest.mark.parametrize(
    ("wanted", "actual", "surge", "size", "annotation", "expected"),
    [
        (0, 0, 0, 10, None, -10),
        (10, 0, 0, 5, None, 0),  # nobody knows what it is a share of
        (10, 0, 0, 5, "0", 0),
        (120, 100, 0, 50, None, 10),
        (120, 100, 0, 50, "0", 10),
    ],
)
def test_replica_set_fraction(
    wanted: int, actual: int, surge: int, size: int, annotation: str | None, expected: int
) -> None:
    owner = deployment(wanted, surge, status=DeploymentStatus(replicas=actual))
    annotations = {MAX_REPLICAS: annotation} if annotation is not None else {}
    limit = 1000 if wanted else -1000
    one = replica_set("x", size, annotations=annotations)
    assert scaling.proportion(owner, one, limit, 0) == expected
