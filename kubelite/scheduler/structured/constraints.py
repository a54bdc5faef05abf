"""What has to be true of several devices of a claim together.

Models ``matchAttributeConstraint`` and ``distinctAttributeConstraint`` of
``structured/internal/incubating``.
"""

from __future__ import annotations

from kubelite.api.resource_v1 import DeviceAttribute, DeviceConstraint
from kubelite.scheduler.structured.pools import Candidate

Named = tuple[str, str]
"""A request, and one of its ways or ""."""


class Constraint:
    """The values of the attribute among the devices chosen so far."""

    def __init__(self, asked: DeviceConstraint):
        self._requests = asked.requests
        self._same = asked.match_attribute is not None
        self._attribute = asked.match_attribute or asked.distinct_attribute or ""
        self._values: list[DeviceAttribute] = []

    def add(self, named: Named, candidate: Candidate) -> bool:
        """Take one more device in; False if it does not go with the others."""
        if not self._concerns(named):
            return True
        value = attribute_of(candidate, self._attribute)
        if value is None:
            return False
        if self._values and (value in self._values) is not self._same:
            return False
        self._values.append(value)
        return True

    def remove(self, named: Named) -> None:
        """Undo the last ``add`` for such a request."""
        if self._concerns(named):
            self._values.pop()

    def _concerns(self, named: Named) -> bool:
        request, way = named
        return not self._requests or bool({request, f"{request}/{way}"} & {*self._requests})


def attribute_of(candidate: Candidate, name: str) -> DeviceAttribute | None:
    """An attribute by its full name; a driver may leave its own domain out."""
    attributes = candidate.device.attributes
    domain, _, bare = name.partition("/")
    if name in attributes or domain != candidate.id.driver:
        return attributes.get(name)
    return attributes.get(bare)
