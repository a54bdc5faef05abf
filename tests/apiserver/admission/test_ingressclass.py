"""The class of an Ingress that names none.

Facts from plugin/pkg/admission/network/defaultingressclass/admission_test.go.
"""

from __future__ import annotations

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from tests.cluster.manifests import Manifest

DEFAULT = "ingressclass.kubernetes.io/is-default-class"
GROUP = "networking.k8s.io/v1"


def ingress_class(name: str, default: str = "true") -> Manifest:
    meta = {"name": name, "annotations": {DEFAULT: default}}
    spec = {"controller": "example.com/proxy"}
    return {"apiVersion": GROUP, "kind": "IngressClass", "metadata": meta, "spec": spec}


def ingress(annotations: dict[str, str] | None = None, **spec: str) -> Manifest:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    meta = {"name": "web", "annotations": annotations or {}}
    spec_: Manifest = {"defaultBackend": backend, **spec}
    return {"apiVersion": GROUP, "kind": "Ingress", "metadata": meta, "spec": spec_}


@pytest.mark.parametrize(
    ("classes", "written", "expected"),
    [
        ([], ingress(), None),
        ([ingress_class("one", "false")], ingress(), None),
        ([ingress_class("one")], ingress(), "one"),
        ([ingress_class("one"), ingress_class("two", "false")], ingress(), "one"),
        ([ingress_class("one")], ingress(ingressClassName="mine"), "mine"),
        ([ingress_class("one")], ingress({"kubernetes.io/ingress.class": "mine"}), None),
    ],
)
def test_the_default_class(
    classes: list[Manifest], written: Manifest, expected: str | None
) -> None:
    cluster = Cluster(nodes=0)
    cluster.apply(classes)
    assert cluster.apply(written).spec.ingress_class_name == expected


def test_two_defaults_are_one_too_many() -> None:
    cluster = Cluster(nodes=0)
    cluster.apply([ingress_class("one"), ingress_class("two")])
    with pytest.raises(StatusError) as refused:
        cluster.apply(ingress())
    assert str(refused.value) == (
        'ingresses.networking.k8s.io "web" is forbidden: Internal error occurred: '
        "2 default IngressClasses were found, only 1 allowed"
    )


def test_an_ingress_from_before_the_default_class_keeps_none() -> None:
    cluster = Cluster(nodes=0)
    cluster.apply(ingress())
    cluster.apply(ingress_class("one"))
    cluster.apply(ingress({"note": "changed"}))
    assert cluster.get("ingress/web").spec.ingress_class_name is None
