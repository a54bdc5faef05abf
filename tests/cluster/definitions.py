"""Definitions of kinds for clusters of tests."""

from __future__ import annotations

from typing import Any

WEBSITE = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "spec": {
            "type": "object",
            "required": ["image"],
            "properties": {
                "image": {"type": "string", "minLength": 1},
                "replicas": {"type": "integer", "default": 2, "minimum": 0, "maximum": 10},
                "tier": {"type": "string", "enum": ["free", "paid"]},
            },
            "x-kubernetes-validations": [
                {
                    "rule": "!has(self.tier) || self.tier == 'paid' || self.replicas <= 3",
                    "message": "free websites have at most three replicas",
                }
            ],
        },
        "status": {
            "type": "object",
            "properties": {"replicas": {"type": "integer"}, "url": {"type": "string"}},
        },
    },
}

COLUMNS = [
    {"name": "Image", "type": "string", "jsonPath": ".spec.image"},
    {"name": "Ready", "type": "integer", "jsonPath": ".status.replicas"},
    {"name": "Url", "type": "string", "jsonPath": ".status.url", "priority": 1},
    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
]


def version(name: str = "v1", storage: bool = True, **fields: Any) -> dict[str, Any]:
    """One version, which lets everything pass unless a schema is given."""
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    given = {"schema": {"openAPIV3Schema": anything}, **fields}
    return {"name": name, "served": True, "storage": storage, **given}


def definition(
    group: str = "example.com",
    names: dict[str, Any] | None = None,
    scope: str = "Namespaced",
    versions: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """A definition; Things of example.com if nothing else is said."""
    names = names or {"plural": "things", "kind": "Thing"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{names['plural']}.{group}"},
        "spec": {
            "group": group,
            "scope": scope,
            "names": names,
            "versions": versions or [version()],
        },
    }


WEBSITES = definition(
    names={
        "plural": "websites",
        "singular": "website",
        "kind": "Website",
        "shortNames": ["ws"],
        "categories": ["all"],
    },
    versions=[
        version(
            schema={"openAPIV3Schema": WEBSITE},
            subresources={
                "status": {},
                "scale": {
                    "specReplicasPath": ".spec.replicas",
                    "statusReplicasPath": ".status.replicas",
                },
            },
            additionalPrinterColumns=COLUMNS,
        )
    ],
)


def website(name: str = "blog", **spec: Any) -> dict[str, Any]:
    """A website that shows an image."""
    return {
        "apiVersion": "example.com/v1",
        "kind": "Website",
        "metadata": {"name": name},
        "spec": {"image": "nginx", **spec},
    }
