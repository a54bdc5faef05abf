"""Who owns the claims of a StatefulSet: upstream's
pkg/controller/statefulset/stateful_set_utils_test.go.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from kubelite.api.apps_v1 import StatefulSet
from kubelite.api.core_v1 import PersistentVolumeClaim, Pod
from kubelite.apimachinery.meta import ObjectMeta, OwnerReference
from kubelite.apimachinery.struct import convert
from kubelite.controllers.base import owned_by
from kubelite.controllers.statefulset.claims import _owned, is_owner_up_to_date

RETAIN, DELETE = "Retain", "Delete"


def stateful_set(scaled: str, deleted: str, replicas: int, uid: str = "ss-456") -> StatefulSet:
    policy = {"whenScaled": scaled, "whenDeleted": deleted}
    spec = {"replicas": replicas, "persistentVolumeClaimRetentionPolicy": policy}
    meta = {"name": "stateful-set", "uid": uid}
    return convert(StatefulSet, {"metadata": meta, "spec": spec})


def pod(ordinal: int) -> Pod:
    return Pod(metadata=ObjectMeta(name=f"pod-{ordinal}", uid="pod-123"))


def claim(*owners: OwnerReference) -> PersistentVolumeClaim:
    return PersistentVolumeClaim(metadata=ObjectMeta(name="claim", owner_references=owners))


def other(name: str, **more: Any) -> OwnerReference:
    return OwnerReference(api_version="v1", kind="Pod", name=name, uid=f"{name}-uid", **more)


POLICIES = [
    pytest.param(RETAIN, RETAIN, 0, 0, False, False, id="retain"),
    pytest.param(RETAIN, DELETE, 0, 0, False, True, id="on SS delete"),
    pytest.param(DELETE, RETAIN, 2, 2, True, False, id="on scaledown only, condemned"),
    pytest.param(DELETE, RETAIN, 2, 1, False, False, id="on scaledown only, remains"),
    pytest.param(DELETE, DELETE, 2, 2, True, False, id="on both, condemned"),
    pytest.param(DELETE, DELETE, 2, 1, False, True, id="on both, remains"),
]


@pytest.mark.parametrize(("scaled", "deleted", "replicas", "ordinal", "by_pod", "by_set"), POLICIES)
def test_is_claim_owner_up_to_date(
    scaled: str, deleted: str, replicas: int, ordinal: int, by_pod: bool, by_set: bool
) -> None:
    owner, mine = stateful_set(scaled, deleted, replicas), pod(ordinal)
    for others, has_pod, has_set in product((False, True), repeat=3):
        owners = [owned_by(mine)] * has_pod + [owned_by(owner)] * has_set
        owners += [other("rand1"), other("rand2")] * others
        expected = (has_pod, has_set) == (by_pod, by_set)
        assert is_owner_up_to_date(owner, mine, claim(*owners)) == expected


@pytest.mark.parametrize(("scaled", "deleted", "replicas", "ordinal", "by_pod", "by_set"), POLICIES)
def test_update_claim_owners(
    scaled: str, deleted: str, replicas: int, ordinal: int, by_pod: bool, by_set: bool
) -> None:
    owner, mine = stateful_set(scaled, deleted, replicas), pod(ordinal)
    for others, has_pod, has_set in product((False, True), repeat=3):
        owners = [owned_by(mine)] * has_pod + [owned_by(owner)] * has_set + [other("x")] * others
        after = _owned(owner, mine, claim(*owners)).metadata.owner_references
        controllers = {ref.uid for ref in after if ref.controller}
        assert ("pod-123" in controllers, "ss-456" in controllers) == (by_pod, by_set)
        assert ("x-uid" in {ref.uid for ref in after}) == others


def by_pod(uid: str = "pod-123", controller: bool | None = True) -> OwnerReference:
    return OwnerReference(
        api_version="v1", kind="Pod", name="pod-1", uid=uid, controller=controller
    )


def by_set(uid: str = "ss-456", controller: bool | None = True) -> OwnerReference:
    return OwnerReference(
        api_version="apps/v1",
        kind="StatefulSet",
        name="stateful-set",
        uid=uid,
        controller=controller,
    )


@pytest.mark.parametrize(
    ("scaled", "owners", "expected"),
    [
        pytest.param(DELETE, [by_pod()], True, id="normal controller, pod"),
        pytest.param(DELETE, [by_pod(controller=None)], False, id="non-controller, pod"),
        pytest.param(DELETE, [by_pod("pod-stale")], True, id="stale controller, pod"),
        pytest.param(
            DELETE, [by_pod(), other("random", controller=True)], False, id="unexpected, pod"
        ),
        pytest.param(RETAIN, [by_set()], True, id="normal controller, set"),
        pytest.param(RETAIN, [by_set(controller=None)], False, id="non-controller, set"),
        pytest.param(RETAIN, [by_set("set-stale")], True, id="stale controller ignored, set"),
        pytest.param(
            RETAIN, [by_set(), other("random", controller=True)], False, id="unexpected, set"
        ),
    ],
)
def test_edge_cases(scaled: str, owners: list[OwnerReference], expected: bool) -> None:
    owner = stateful_set(scaled, DELETE, 1)
    assert is_owner_up_to_date(owner, pod(1), claim(*owners)) == expected


def test_a_claim_of_somebody_else_gets_none_of_ours() -> None:
    owner, stranger = stateful_set(DELETE, DELETE, 5), other("random", controller=True)
    after = _owned(owner, pod(8), claim(stranger)).metadata.owner_references
    assert after == (stranger,)
