"""Which volume a claim gets: upstream's pkg/controller/volume/persistentvolume/index_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from kubelite.api.core_v1 import PersistentVolume, PersistentVolumeClaim
from kubelite.api.volumes import BETA_STORAGE_CLASS, find_matching_volume
from kubelite.apimachinery.struct import convert, replace
from kubelite.controllers.persistentvolume import best_match, mismatch

RWO, ROX, RWX = "ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"
SHOULD_EXIST = {"should-exist": "true"}


def volume(
    name: str,
    size: str,
    modes: tuple[str, ...] = (RWO, ROX),
    claim: dict[str, str] | None = None,
    phase: str = "Available",
    labels: dict[str, str] | None = None,
    storage_class: str = "",
    **spec: Any,
) -> PersistentVolume:
    annotations = {BETA_STORAGE_CLASS: storage_class} if storage_class else {}
    return convert(
        PersistentVolume,
        {
            "metadata": {"name": name, "labels": labels or {}, "annotations": annotations},
            "spec": {
                "capacity": {"storage": size},
                "accessModes": modes,
                "claimRef": claim,
                **spec,
            },
            "status": {"phase": phase},
        },
    )


def claim(
    size: str,
    modes: tuple[str, ...] = (ROX, RWO),
    labels: dict[str, str] | None = None,
    storage_class: str = "",
    **spec: Any,
) -> PersistentVolumeClaim:
    annotations = {BETA_STORAGE_CLASS: storage_class} if storage_class else {}
    asked: dict[str, Any] = {"accessModes": modes, "resources": {"requests": {"storage": size}}}
    if labels is not None:
        asked["selector"] = {"matchLabels": labels}
    meta = {"name": "claim01", "namespace": "myns", "annotations": annotations}
    return convert(PersistentVolumeClaim, {"metadata": meta, "spec": asked | spec})


ALL = (RWO, ROX, RWX)
TEST_VOLUMES = (
    volume("gce-pd-10", "10G"),
    volume("gce-pd-20", "20G", claim={"uid": "def456"}),
    volume("nfs-5", "5G", ALL),
    volume("gce-pd-1", "1G", claim={"uid": "abc123"}),
    volume("nfs-10", "10G", ALL),
    volume("gce-pd-5", "5G"),
    volume("nfs-1", "1G", ALL),
    volume("gce-pd-2", "20000G", (RWO,), labels=SHOULD_EXIST),
    volume("gce-pd-silver1", "10000G", (RWO,), labels=SHOULD_EXIST, storage_class="silver"),
    volume("gce-pd-silver2", "100G", (RWO,), storage_class="silver"),
    volume("gce-pd-gold", "50G", (RWO,), storage_class="gold"),
)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(claim("8G"), "gce-pd-10", id="match gce 10"),
        pytest.param(claim("5G", ALL), "nfs-5", id="match nfs 5"),
        pytest.param(claim("1G"), "gce-pd-5", id="skip 1G bound volume"),
        pytest.param(claim("999G"), "", id="no match"),
        pytest.param(claim("999G", labels={"should-not-exist": "true"}), "", id="label"),
        pytest.param(claim("20000G", labels=SHOULD_EXIST), "", id="size with selector"),
        pytest.param(claim("20000G", (RWO,), SHOULD_EXIST), "gce-pd-2", id="selector"),
        pytest.param(
            claim("1G", (RWO,), SHOULD_EXIST, "silver"), "gce-pd-silver1", id="class and labels"
        ),
        pytest.param(claim("1G", (RWO,), None, "silver"), "gce-pd-silver2", id="class"),
    ],
)
def test_match_volume(asked: PersistentVolumeClaim, expected: str) -> None:
    found = best_match(asked, TEST_VOLUMES)
    assert (found.metadata.name if found else "") == expected


@pytest.mark.parametrize(
    ("modes", "taken", "expected"),
    [
        ((RWO,), (), "ebs"),
        ((RWO, ROX), (), "gce"),
        ((RWX, RWO, ROX), (), "nfs"),
        ((RWX,), (), "nfs"),
        ((RWO,), ("ebs",), "gce"),
        ((RWO,), ("ebs", "gce"), "nfs"),
        ((ROX,), ("ebs",), "gce"),
    ],
)
def test_finding_volume_with_different_access_modes(
    modes: tuple[str, ...], taken: tuple[str, ...], expected: str
) -> None:
    offers = {"gce": (RWO, ROX), "ebs": (RWO,), "nfs": ALL}
    volumes = [
        volume(name, "10G", offered, claim={"uid": "x"} if name in taken else None)
        for name, offered in offers.items()
    ]
    found = best_match(claim("1G", modes), volumes)
    assert found is not None and found.metadata.name == expected


MINE = {"name": "claim01", "namespace": "myns"}


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ({}, "pv1"),
        ({"pv1": {"name": "foo", "namespace": "bar"}}, "pv5"),
        ({"pv8": MINE}, "pv8"),
        ({"pvBadSize": MINE}, "pv1"),
        ({"pvBadMode": MINE}, "pv1"),
    ],
)
def test_finding_prebound_volumes(kept: dict[str, dict[str, str]], expected: str) -> None:
    sizes = {"pv1": "1Gi", "pv5": "5Gi", "pv8": "8Gi", "pvBadSize": "1Mi", "pvBadMode": "1Gi"}
    volumes = [
        volume(name, size, (ROX,) if name == "pvBadMode" else (RWO,), kept.get(name))
        for name, size in sizes.items()
    ]
    found = best_match(claim("1Gi", (RWO,)), volumes)
    assert found is not None and found.metadata.name == expected


def test_a_delayed_claim_gets_only_what_is_kept_for_it() -> None:
    asked = claim("1Gi", (RWO,))
    assert best_match(asked, [volume("free", "1Gi", (RWO,))], delayed=True) is None
    found = best_match(asked, [volume("kept", "1Gi", (RWO,), MINE)], delayed=True)
    assert found is not None


def test_only_available_volumes_of_the_same_kind_are_given_away() -> None:
    asked = claim("1Gi", (RWO,))
    for other in (
        volume("p", "1Gi", (RWO,), phase="Pending"),
        volume("r", "1Gi", (RWO,), phase="Released"),
        volume("b", "1Gi", (RWO,), volumeMode="Block"),
    ):
        assert find_matching_volume(asked, [other]) is None


def test_the_scheduler_asks_for_a_volume_that_its_node_can_reach() -> None:
    here = {"key": "zone", "operator": "In", "values": ["a"]}
    terms = {"required": {"nodeSelectorTerms": [{"matchExpressions": [here]}]}}
    far = volume("far", "1Gi", (RWO,), nodeAffinity=terms)
    asked = claim("1Gi", (RWO,))
    assert find_matching_volume(asked, [far], ("n", {"zone": "a"})) is far
    assert find_matching_volume(asked, [far], ("n", {"zone": "b"})) is None
    assert find_matching_volume(asked, [far], ("n", {"zone": "a"}), excluded=("far",)) is None


@pytest.mark.parametrize(
    ("offered", "fault"),
    [
        (volume("v", "1Mi", (RWO,)), "requested PV is too small"),
        (volume("v", "1Gi", (RWO,), storage_class="gold"), "storageClassName does not match"),
        (volume("v", "1Gi", (RWO,), volumeMode="Block"), "incompatible volumeMode"),
        (volume("v", "1Gi", (ROX,)), "incompatible accessMode"),
        (volume("v", "1Gi", (RWO,)), ""),
    ],
)
def test_why_a_volume_will_not_do(offered: PersistentVolume, fault: str) -> None:
    """checkVolumeSatisfyClaim of pv_controller.go."""
    assert mismatch(offered, claim("1Gi", (RWO,))) == fault
    assert mismatch(replace(offered, kind="PersistentVolume"), claim("1Gi", (RWO,))) == fault
