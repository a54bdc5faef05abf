"""A learner defines a kind, uses it like any other, and writes an operator for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from kubelite import Cluster
from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.scheme import UnknownKind
from kubelite.apimachinery.struct import replace, to_dict
from kubelite.client import Client, EventRecorder, key_of
from kubelite.client.controller import Action, Create, Update
from kubelite.controllers import CONTROLLERS
from kubelite.controllers.base import ManagedController, Manager, owned_by
from tests.cluster.definitions import WEBSITE, WEBSITES, definition, version, website


def with_websites(**options: Any) -> Cluster:
    cluster = Cluster(**options)
    cluster.apply(WEBSITES)
    cluster.run_until("crd/websites.example.com established", timeout=5)
    return cluster


def test_a_kind_is_served_as_soon_as_its_definition_is_established() -> None:
    cluster = Cluster(nodes=0)
    with pytest.raises(StatusError, match='no matches for kind "Website" in version "example.com'):
        cluster.apply(website())
    cluster.apply(WEBSITES)
    took = cluster.run_until("crd/websites.example.com established")
    assert 0 < took < 0.1
    site = cluster.apply(website())
    assert (site.spec, site.metadata.generation) == ({"image": "nginx", "replicas": 2}, 1)
    assert repr(site) == "<Website default/blog>"


def test_one_clusters_kinds_are_no_other_clusters() -> None:
    with_websites(nodes=0)
    other = Cluster(nodes=0)
    with pytest.raises(UnknownKind):
        other.get("websites")
    other.apply(definition(names={"plural": "websites", "kind": "Site"}))
    other.run(1)
    assert other.api.scheme.by_name("websites").kind == "Site"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (
            {"replicas": "3"},
            'spec.replicas: Invalid value: "string": spec.replicas in body must be of type '
            'integer: "string"',
        ),
        ({"colour": "red"}, 'strict decoding error: unknown field "spec.colour"'),
        (
            {"replicas": 4, "tier": "free"},
            'spec: Invalid value: "object": free websites have at most three replicas',
        ),
        ({"tier": "gold"}, 'Unsupported value: "gold": supported values: "free", "paid"'),
    ],
)
def test_refusals(spec: dict[str, Any], expected: str) -> None:
    cluster = with_websites(nodes=0)
    with pytest.raises(StatusError) as refused:
        cluster.apply(website(**spec))
    assert expected in str(refused.value)


def test_unknown_fields_are_pruned_when_nobody_asks_for_strictness() -> None:
    cluster = with_websites(nodes=0)
    body = website(colour="red")
    request = Request(
        "create", "websites.example.com", "default", body=body, field_validation="Ignore"
    )
    assert cluster.api.handle(request).unwrap().spec == {"image": "nginx", "replicas": 2}


def test_of_a_kind_that_preserves_everything_only_the_usual_fields_stand_at_the_top() -> None:
    cluster = Cluster(nodes=0)
    cluster.apply(definition())
    cluster.run(1)
    thing = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "one"}}
    assert cluster.apply({**thing, "spec": {"a": {"b": [1]}}}).spec == {"a": {"b": (1,)}}
    with pytest.raises(StatusError, match='unknown field "colour"'):
        cluster.apply({**thing, "colour": "red"})


def test_the_table_has_the_columns_of_the_definition() -> None:
    cluster = with_websites(nodes=0)
    cluster.apply(website())
    cluster.run(5)
    found = cluster.get("ws")
    assert found.show().splitlines() == [
        "NAME   IMAGE   READY   AGE",
        "blog   nginx           5s",
    ]
    assert "URL" in found.show(wide=True)
    assert cluster.get("crd").show().startswith("NAME                   CREATED AT\n")


def test_get_patch_scale_and_apply_again() -> None:
    cluster = with_websites(nodes=0)
    cluster.apply(website(tier="paid"))
    cluster.scale("website/blog", 5)
    site = cluster.get("websites.example.com/blog")
    assert (site.spec["replicas"], site.metadata.generation) == (5, 2)
    cluster.patch("ws/blog", {"spec": {"image": "nginx:1.27"}})
    again = cluster.apply(website(image="nginx:1.28"))
    assert again.spec == {"image": "nginx:1.28", "replicas": 5}  # tier was taken out
    assert "replicas 2 → 5" in str(cluster.story("ws/blog"))
    with pytest.raises(StatusError) as refused:
        cluster.scale("ws/blog", -1)
    assert refused.value.code == 422


def test_the_status_is_written_apart_and_changes_no_generation() -> None:
    cluster = with_websites(nodes=0)
    cluster.apply({**website(), "status": {"url": "x"}})
    site = cluster.get("ws/blog")
    assert site.status is None
    told = replace(site, spec={"image": "other"}, status={"url": "http://blog"})
    request = Request(
        "update", "websites.example.com", "default", "blog", "status", told, component="me"
    )
    changed = cluster.api.handle(request).unwrap()
    assert changed.status == {"url": "http://blog"}
    assert (changed.spec["image"], changed.metadata.generation) == ("nginx", 1)
    with pytest.raises(TypeError, match="never changed in place"):
        changed.status["url"] = "elsewhere"


def test_two_versions_of_one_kind() -> None:
    old = {
        "type": "object",
        "properties": {"spec": {"type": "object", "properties": {"image": {"type": "string"}}}},
    }
    schema = {"openAPIV3Schema": WEBSITE}
    versions = [
        version("v1beta1", storage=False, schema={"openAPIV3Schema": old}),
        version("v1", schema=schema),
    ]
    cluster = Cluster(nodes=0)
    cluster.apply(definition(names={"plural": "websites", "kind": "Website"}, versions=versions))
    cluster.run(1)
    cluster.apply({**website(), "apiVersion": "example.com/v1beta1"})
    assert cluster.get("websites/blog").api_version == "example.com/v1"
    beta = cluster.get("websites.v1beta1.example.com/blog")
    assert (beta.api_version, beta.spec["replicas"]) == ("example.com/v1beta1", 2)
    changed = cluster.patch("websites.v1beta1.example.com/blog", {"spec": {"image": "x"}})
    assert changed.api_version == "example.com/v1beta1"
    assert cluster.get("websites/blog").spec == {"image": "x", "replicas": 2}
    listed = cluster.get("websites.v1beta1.example.com")
    assert [site.api_version for site in listed] == ["example.com/v1beta1"]


def test_a_definition_takes_its_objects_with_it() -> None:
    cluster = with_websites(nodes=0)
    cluster.apply([website("a"), website("b")])
    cluster.delete("crd/websites.example.com")
    going = cluster.get("crd/websites.example.com")
    assert going.metadata.finalizers == ("customresourcecleanup.apiextensions.k8s.io",)
    with pytest.raises(StatusError, match="create not allowed while custom resource definition"):
        cluster.apply(website("c"))
    cluster.run_until("crd/websites.example.com gone", timeout=10)
    with pytest.raises(UnknownKind):
        cluster.get("websites")
    cluster.apply(WEBSITES)
    cluster.run(1)
    assert cluster.get("websites").names == []


def test_a_definition_grows_and_old_objects_follow() -> None:
    cluster = with_websites(nodes=0)
    cluster.apply(website())
    path = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/colour"
    colour = {"type": "string", "default": "blue"}
    change = [{"op": "add", "path": path, "value": colour}]
    cluster.patch("crd/websites.example.com", change, patch_type="application/json-patch+json")
    assert cluster.get("crd/websites.example.com").metadata.generation == 2
    assert cluster.patch("ws/blog", {"spec": {"replicas": 1}}).spec["colour"] == "blue"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"metadata": {"name": "sites.example.com"}},
            'metadata.name: Invalid value: "sites.example.com": '
            'must be spec.names.plural+"."+spec.group',
        ),
        ({"scope": "Everywhere"}, 'spec.scope: Unsupported value: "Everywhere"'),
        ({"group": "example"}, "should be a domain with at least one dot"),
        (
            {"versions": [version(storage=False)]},
            "must have exactly one version marked as storage version",
        ),
        (
            {"versions": [{"name": "v1", "served": True, "storage": True}]},
            "spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required",
        ),
        (
            {"versions": [version(schema={"openAPIV3Schema": {"type": "object",
             "properties": {"spec": {}}}})]},
            "spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be "
            "empty for specified object fields",
        ),
        (
            {"versions": [version(additionalPrinterColumns=[{"name": "A", "type": "text",
             "jsonPath": "x"}])]},
            "spec.additionalPrinterColumns[0].JSONPath: Invalid value: "
            '"x": must be a simple json path starting with .',
        ),
    ],
)  # fmt: skip
def test_definitions_that_are_refused(change: dict[str, Any], expected: str) -> None:
    wrong = definition()
    if "metadata" in change:
        wrong |= change
    else:
        wrong["spec"] = wrong["spec"] | change
    with pytest.raises(StatusError) as refused:
        Cluster(nodes=0).apply(wrong)
    assert expected in str(refused.value)


def test_a_namespace_takes_its_custom_objects_with_it() -> None:
    cluster = with_websites(nodes=0)
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    cluster.apply(website(), namespace="shop")
    cluster.delete("namespace/shop")
    cluster.run_until("namespace/shop gone", timeout=60)
    assert cluster.get("websites", namespace="shop").names == []


class WebsiteController(ManagedController):
    """An operator: every Website gets a Deployment and a Service, and tells how many are ready."""

    name = "website-controller"

    def __init__(self, client: Client, recorder: EventRecorder, manager: Manager):
        super().__init__(client, recorder, manager)
        self.sites = manager.informer("websites.example.com")
        self.deployments = manager.informer("deployments.apps")
        for informer in (self.sites, self.deployments):
            informer.on(self.look, lambda _, new: self.look(new), self.look)

    def look(self, obj: Any) -> None:
        self.queue.add(key_of(obj))

    def sync(self, key: str) -> Sequence[Action]:
        site, web = self.sites.get(key), self.deployments.get(key)
        if site is None:
            return ()
        if web is None:
            return [Create(manifest) for manifest in children(site)]
        if web.spec.replicas != site.spec["replicas"]:
            grown = replace(web.spec, replicas=site.spec["replicas"])
            return [Update(replace(web, spec=grown))]
        status = {"replicas": web.status.ready_replicas, "url": f"http://{site.metadata.name}"}
        return [] if site.status == status else [Update(replace(site, status=status), "status")]


def children(site: Any) -> list[dict[str, Any]]:
    labels, owner = {"site": site.metadata.name}, to_dict(owned_by(site))
    meta = {"name": site.metadata.name, "namespace": site.metadata.namespace}
    meta["ownerReferences"] = [owner]
    containers = [{"name": "web", "image": site.spec["image"]}]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    spec = {
        "replicas": site.spec["replicas"],
        "selector": {"matchLabels": labels},
        "template": template,
    }
    ports = {"selector": labels, "ports": [{"port": 80}]}
    return [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec},
        {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": ports},
    ]


def test_an_operator_makes_changes_and_cleans_up() -> None:
    cluster = with_websites(controllers=(*CONTROLLERS, WebsiteController))
    cluster.apply(website())
    cluster.settle()
    assert cluster.get("ws/blog").status == {"replicas": 2, "url": "http://blog"}
    assert len(cluster.get("pods")) == 2
    assert cluster.request("blog").status == 200

    cluster.scale("ws/blog", 4)
    cluster.settle()
    assert cluster.get("ws/blog").status["replicas"] == 4
    story = str(cluster.story("ws/blog"))
    assert "website-controller reported it: replicas 2 → 3" in story
    assert "because website-controller scaled deployment/blog from 2 to 4" in story
    assert story.endswith("because you changed website/blog (replicas 2 → 4)")

    cluster.delete("ws/blog")
    cluster.settle()
    assert cluster.get("deployments").names == cluster.get("pods").names == []
    assert cluster.get("services").names == ["kubernetes"]


def test_a_website_may_own_another_one() -> None:
    cluster = with_websites(nodes=0)
    owner = cluster.apply(website("parent"))
    child = website("child")
    child["metadata"]["ownerReferences"] = [to_dict(owned_by(owner))]
    cluster.apply(child)
    cluster.run(1)
    cluster.delete("ws/parent")
    cluster.run(1)
    assert cluster.get("ws").names == []
