"""One object on its way through a kustomization, and what it was called on that way.

Models api/resource/resource.go and kyaml/resid.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]

CLUSTER_WIDE = frozenset(
    {
        *("APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterRole"),
        *("ClusterRoleBinding", "ComponentStatus", "CustomResourceDefinition", "FlowSchema"),
        *("IngressClass", "MutatingWebhookConfiguration", "Namespace", "Node"),
        *("PersistentVolume", "PriorityClass", "PriorityLevelConfiguration", "RuntimeClass"),
        *("StorageClass", "ValidatingWebhookConfiguration", "VolumeAttachment"),
        *("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "DeviceClass"),
        *("ClusterTrustBundle", "SelfSubjectReview", "TokenReview", "VolumeAttributesClass"),
    }
)
"""Kinds that live in no namespace; of any other it is taken for granted that they do."""


@dataclass
class Resource:
    """An object as plain dicts. ``named`` holds each (namespace, name) it had, the first first."""

    content: Document
    named: list[tuple[str, str]] = field(default_factory=list)
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    behavior: str = ""
    """What a generator does with one that is there: create, replace or merge."""
    hashed: bool = False
    """Whether the name is to end with a hash of what is inside."""

    @property
    def group(self) -> str:
        """The API group; "" for the core."""
        return str(self.content.get("apiVersion", "")).rpartition("/")[0]

    @property
    def version(self) -> str:
        """The version without the group."""
        return str(self.content.get("apiVersion", "")).rpartition("/")[2]

    @property
    def kind(self) -> str:
        """The kind."""
        return str(self.content.get("kind", ""))

    @property
    def meta(self) -> Document:
        """``metadata``, to be changed in place."""
        found: Document = self.content.setdefault("metadata", {})
        return found

    @property
    def name(self) -> str:
        """What it is called now."""
        return str((self.content.get("metadata") or {}).get("name") or "")

    @property
    def namespace(self) -> str:
        """Where it lives now; "" if that is left open."""
        return str((self.content.get("metadata") or {}).get("namespace") or "")

    @property
    def place(self) -> str:
        """The namespace, with the one that is meant when none is said."""
        return "" if self.cluster_wide else effective(self.namespace)

    @property
    def cluster_wide(self) -> bool:
        """Whether it lives in no namespace."""
        return self.kind in CLUSTER_WIDE

    @property
    def names(self) -> list[tuple[str, str]]:
        """Every (namespace, name) it had or has."""
        return [*self.named, (self.namespace, self.name)]

    @property
    def id(self) -> str:
        """``Deployment.v1.apps/web.shop``, as errors have it."""
        return id_text(self.group, self.version, self.kind, self.name, self.namespace)

    def remember(self) -> None:
        """Keep in mind what it is called, before that changes."""
        now = (self.namespace, self.name)
        if now not in self.named:
            self.named.append(now)

    def same_as(self, other: Resource) -> bool:
        """Whether both are one object for the server."""
        mine, others = (self.group, self.version, self.kind), (other.group, other.version)
        return (*others, other.kind, other.place, other.name) == (*mine, self.place, self.name)


def effective(namespace: str) -> str:
    """The namespace that is meant."""
    return namespace or "default"


def id_text(group: str, version: str, kind: str, name: str, namespace: str) -> str:
    """An object's identity as kustomize prints it."""
    return f"{gvk_text(group, version, kind)}/{name or '[noName]'}.{namespace or '[noNs]'}"


def gvk_text(group: str, version: str, kind: str) -> str:
    """``Deployment.v1.apps``."""
    return f"{kind or '[noKind]'}.{version or '[noVer]'}.{group or '[noGrp]'}"
