"""What is written into a claim that has got its devices.

Models the second half of ``Allocate`` and ``createNodeSelector`` of
``structured/internal/stable/allocator_stable.go``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kubelite.api.core_v1 import NodeSelector, NodeSelectorRequirement, NodeSelectorTerm
from kubelite.api.node_selector import NAME_FIELD
from kubelite.api.resource_v1 import (
    AllocationResult,
    DeviceAllocationConfiguration,
    DeviceAllocationResult,
    DeviceRequestAllocationResult,
    ResourceClaim,
)
from kubelite.apimachinery.struct import replace

if TYPE_CHECKING:
    from kubelite.scheduler.structured.allocator import Chosen


def allocation_result(claim: ResourceClaim, chosen: Sequence[Chosen]) -> AllocationResult:
    """The devices, their settings, and the nodes from which all of them can be used."""
    devices = DeviceAllocationResult(
        results=tuple(map(_result, chosen)), config=tuple(_configuration(claim, chosen))
    )
    return AllocationResult(devices=devices, node_selector=_node_selector(chosen))


def _result(chosen: Chosen) -> DeviceRequestAllocationResult:
    (driver, pool, device), offered = chosen.candidate.id, chosen.candidate.device
    return DeviceRequestAllocationResult(
        request=chosen.wish.name,
        driver=driver,
        pool=pool,
        device=device,
        admin_access=True if chosen.wish.watches else None,
        tolerations=chosen.wish.body.tolerations,
        binding_conditions=offered.binding_conditions,
        binding_failure_conditions=offered.binding_failure_conditions,
    )


def _configuration(
    claim: ResourceClaim, chosen: Sequence[Chosen]
) -> list[DeviceAllocationConfiguration]:
    """Those of the classes first, each once; then those of the claim that apply."""
    wishes = {one.wish.named[0]: one.wish for one in chosen}
    by_class: dict[str, list[str]] = {}
    for wish in wishes.values():
        by_class.setdefault(wish.found.metadata.name, []).append(wish.name)
    classes = {wish.found.metadata.name: wish.found for wish in wishes.values()}
    found = [
        DeviceAllocationConfiguration(
            source="FromClass", requests=tuple(by_class[name]), opaque=config.opaque
        )
        for name, each in classes.items()
        for config in each.spec.config
    ]
    names = {*wishes, *(wish.name for wish in wishes.values())}
    for asked in claim.spec.devices.config:
        if not asked.requests or names & {*asked.requests}:
            found.append(
                DeviceAllocationConfiguration(
                    source="FromClaim", requests=asked.requests, opaque=asked.opaque
                )
            )
    whole = len(claim.spec.devices.requests)
    return [replace(one, requests=()) if len(one.requests) == whole else one for one in found]


def _node_selector(chosen: Sequence[Chosen]) -> NodeSelector | None:
    """One node, if one of the devices is there only; else what all slices ask of it."""
    fields: list[NodeSelectorRequirement] = []
    expressions: list[NodeSelectorRequirement] = []
    for one in chosen:
        name, selector = one.candidate.places
        if name is not None:
            only = NodeSelectorRequirement(key=NAME_FIELD, operator="In", values=(name,))
            term = NodeSelectorTerm(match_fields=(only,))
            return NodeSelector(node_selector_terms=(term,))
        for each in selector.node_selector_terms[:1] if selector is not None else ():
            fields += [r for r in each.match_fields if r not in fields]
            expressions += [r for r in each.match_expressions if r not in expressions]
    if not fields and not expressions:
        return None
    term = NodeSelectorTerm(match_fields=tuple(fields), match_expressions=tuple(expressions))
    return NodeSelector(node_selector_terms=(term,))
