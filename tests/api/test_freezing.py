"""What somebody else looks at cannot be changed, costs little, and is written as before."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.api import SCHEME
from kubelite.api.core_v1 import ConfigMap, Node, Pod
from kubelite.api.custom import Frozen
from kubelite.api.freezing import EMPTY, freeze, freeze_unstored, spoilt
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.struct import convert, encode, replace
from kubelite.sim.guests import MishapWarning
from tests.manifests import deployment

POD: dict[str, Any] = {
    "metadata": {"name": "web", "labels": {"app": "web"}, "annotations": {"a": "b"}},
    "spec": {
        "nodeSelector": {"disk": "ssd"},
        "containers": [{"name": "c", "resources": {"limits": {"cpu": "1"}}}],
        "affinity": {
            "podAntiAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [
                    {"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": "web"}}}
                ]
            }
        },
    },
}


def dicts(thing: Any) -> list[dict[str, Any]]:
    """Every dict inside an object."""
    if isinstance(thing, dict):
        return [thing, *(one for value in thing.values() for one in dicts(value))]
    if isinstance(thing, tuple):
        return [one for item in thing for one in dicts(item)]
    fields = getattr(thing, "__struct_fields__", ())
    return [one for field in fields for one in dicts(getattr(thing, field))]


@pytest.mark.parametrize("look", [freeze, freeze_unstored])
def test_every_dict_inside_refuses_to_be_changed(look: Any) -> None:
    pod = look(convert(Pod, POD))
    found = dicts(pod)
    assert len([one for one in found if one]) == 5
    for one in found:
        if one:
            with pytest.raises(TypeError, match="never changed in place"):
                one["spoilt"] = "yes"
        else:
            assert one is EMPTY


def test_it_is_the_same_object_and_is_written_as_before() -> None:
    for raw in (POD, {"metadata": {"name": "bare"}}):
        pod = convert(Pod, raw)
        before = encode(pod)
        assert freeze(pod) is pod
        assert pod == convert(Pod, raw)
        assert encode(pod) == before


def test_all_kinds_can_be_looked_at() -> None:
    for row in SCHEME:
        found = row.type(metadata=ObjectMeta(name="a", annotations={"a": "b"}))
        assert type(freeze(found).metadata.annotations) is Frozen


def test_another_version_is_frozen_again_and_the_same_one_is_not_walked() -> None:
    first = convert(Node, {"metadata": {"name": "n", "labels": {"a": "b"}, "resourceVersion": "5"}})
    freeze(first)
    labels = first.metadata.labels
    freeze(first)
    assert first.metadata.labels is labels  # the second look ended there
    meta = replace(first.metadata, resource_version="6")
    second = replace(
        first, metadata=meta, status=convert(type(first.status), {"capacity": {"x": "1"}})
    )
    assert type(freeze(second).status.capacity) is Frozen


def test_a_copy_is_ones_own() -> None:
    pod = freeze(convert(Pod, POD))
    for mine in (copy.deepcopy(pod), pickle.loads(pickle.dumps(pod))):
        mine.metadata.labels["mine"] = "yes"
        assert "mine" not in pod.metadata.labels


def test_what_is_put_into_an_empty_dict_is_thrown_away() -> None:
    settings = freeze(ConfigMap(metadata=ObjectMeta(name="a")))
    settings.metadata.labels["spoilt"] = "yes"
    assert spoilt().startswith("{'spoilt': 'yes'} was put into a dict of an object of the API")
    assert (settings.metadata.labels, spoilt()) == ({}, "")


def test_a_learners_cell_cannot_spoil_the_store() -> None:
    cluster = Cluster(nodes=1)
    applied = cluster.apply(deployment("web", replicas=1))
    cluster.run(5)
    pod = cluster.get("pods")[0]
    for found in (applied, pod, cluster.get("deployment/web"), cluster.scale("deployment/web", 1)):
        with pytest.raises(TypeError, match="never changed in place"):
            found.metadata.annotations.update(spoilt="yes") if found.metadata.annotations else (
                found.metadata.labels.update(spoilt="yes")
            )
    pod.metadata.annotations["spoilt"] = "yes"
    with pytest.warns(MishapWarning, match="never changed in place"):
        cluster.run(1)
    assert cluster.get(f"pod/{pod.metadata.name}").metadata.annotations == {}
