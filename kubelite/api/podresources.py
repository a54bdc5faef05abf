"""What a pod asks for and is limited to, all containers taken together, as exact amounts.

Init containers run one after the other, so only the greediest counts; sidecars add to everything
after them. Models ``k8s.io/component-helpers/resource/helpers.go``; the scheduler has the same in
plain integers.
"""

from __future__ import annotations

from collections.abc import Callable

from kubelite.api.core_v1 import Container, PodSpec, ResourceList

_POD_LEVEL = ("cpu", "memory")


def pod_requests(spec: PodSpec) -> ResourceList:
    """What the pod is promised, its overhead included."""
    total = _aggregated(spec, lambda container: container.resources.requests)
    if spec.resources is not None:
        total |= _of_the_pod(spec.resources.requests)
    _add(total, spec.overhead)
    return total


def pod_limits(spec: PodSpec) -> ResourceList:
    """What the pod may use at most; overhead counts where there is a limit."""
    total = _aggregated(spec, lambda container: container.resources.limits)
    if spec.resources is not None:
        total |= _of_the_pod(spec.resources.limits)
    _add(total, {name: amount for name, amount in spec.overhead.items() if name in total})
    return total


def _aggregated(spec: PodSpec, amounts: Callable[[Container], ResourceList]) -> ResourceList:
    total: ResourceList = {}
    for container in spec.containers:
        _add(total, amounts(container))
    sidecars: ResourceList = {}
    peak: ResourceList = {}
    for container in spec.init_containers:
        asked = dict(amounts(container))
        if container.restart_policy == "Always":
            _add(total, asked)
            _add(sidecars, asked)
            _raise_to(peak, sidecars)
        else:
            _add(asked, sidecars)
            _raise_to(peak, asked)
    _raise_to(total, peak)
    return total


def _of_the_pod(amounts: ResourceList) -> ResourceList:
    known = (name for name in amounts if name in _POD_LEVEL or name.startswith("hugepages-"))
    return {name: amounts[name] for name in known}


def _add(total: ResourceList, more: ResourceList) -> None:
    for name, amount in more.items():
        total[name] = total[name] + amount if name in total else amount


def _raise_to(total: ResourceList, least: ResourceList) -> None:
    for name, amount in least.items():
        if name not in total or total[name] < amount:
            total[name] = amount
