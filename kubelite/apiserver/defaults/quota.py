"""Defaults of LimitRanges: what is said of one bound also stands for another.

Models ``SetDefaults_LimitRangeItem`` of ``pkg/apis/core/v1/defaults.go``.
"""

from __future__ import annotations

from kubelite.api.core_v1 import LimitRange, LimitRangeItem
from kubelite.apiserver.defaults.filling import changed, mapped


def default_limit_range(limit_range: LimitRange) -> LimitRange:
    """For containers: the default limit is the maximum; the default request that, or the least."""
    spec = limit_range.spec
    return changed(limit_range, spec=changed(spec, limits=mapped(spec.limits, _item)))


def _item(item: LimitRangeItem) -> LimitRangeItem:
    if item.type != "Container":
        return item
    limit = item.max | item.default
    return changed(item, default=limit, default_request=item.min | limit | item.default_request)
