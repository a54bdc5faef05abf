"""Columns of the elder and the rarer kinds. Models pkg/printers/internalversion/printers.go."""

from __future__ import annotations

from typing import Any

from kubelite.api.core_v1 import Endpoints

MAX_ENDPOINTS = 3


def endpoints(found: Endpoints, now: int) -> str:
    """The first three addresses with their ports, and how many more there are."""
    shown: list[str] = []
    for subset in found.subsets:
        ports = subset.ports
        for address in subset.addresses:
            shown += [f"{address.ip}:{port.port}" for port in ports] if ports else [address.ip]
    more = f" + {len(shown) - MAX_ENDPOINTS} more..." if len(shown) > MAX_ENDPOINTS else ""
    return ",".join(shown[:MAX_ENDPOINTS]) + more if shown else "<none>"


def selector(controller: Any, now: int) -> str:
    """A selector of plain labels."""
    return _pairs(controller.spec.selector)


def template_labels(template: Any, now: int) -> str:
    """The labels that its pods would have."""
    return _pairs(template.template.metadata.labels)


def template_containers(template: Any, now: int) -> str:
    """The names of its containers."""
    return ",".join(container.name for container in template.template.spec.containers)


def template_images(template: Any, now: int) -> str:
    """Their images."""
    return ",".join(container.image for container in template.template.spec.containers)


def _pairs(labels: dict[str, str]) -> str:
    return ",".join(f"{key}={labels[key]}" for key in sorted(labels)) or "<none>"


def webhooks(found: Any, now: int) -> str:
    """How many webhooks there are."""
    return str(len(found.webhooks))


def param_kind(policy: Any, now: int) -> str:
    """The kind of its settings."""
    kind = policy.spec.param_kind
    return f"{kind.api_version}/{kind.kind}" if kind is not None else "<unset>"


def api_service(found: Any, now: int) -> str:
    """Who answers for it."""
    service = found.spec.service
    return f"{service.namespace}/{service.name}" if service is not None else "Local"


def available(found: Any, now: int) -> str:
    """Whether it can be reached, as far as anybody has said so."""
    for condition in found.status.conditions:
        if condition.type == "Available":
            said = condition.status == "True"
            return "True" if said else f"{condition.status} ({condition.reason})"
    return "<unknown>"


def signing_condition(request: Any, now: int) -> str:
    """Pending until somebody decides."""
    said = [condition.type for condition in request.status.conditions]
    found = [word for word in ("Denied", "Approved") if word in said][:1] or ["Pending"]
    found += ["Failed"] if "Failed" in said else []
    return ",".join(found + (["Issued"] if request.status.certificate else []))


def parent(address: Any, now: int) -> str:
    """Whose address it is."""
    ref = address.spec.parent_ref
    kind = ".".join(part for part in (ref.resource, ref.group) if part)
    return "/".join(part for part in (kind, ref.namespace, ref.name) if part)
