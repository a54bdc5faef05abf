"""A learner's decisions in the place of those of our controllers.

``rolling`` asks a function how large each version of a Deployment is to be, ``endpoints`` one
which pods a Service sends customers to, ``autoscaler`` one how many pods a load needs. Each makes
a subclass of the engine's own controller; see ``building`` for how a failure is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from course.grading.building import Failures
from kubelite.api.apps_v1 import Deployment, ReplicaSet
from kubelite.api.autoscaling_v1 import Scale
from kubelite.api.autoscaling_v2 import HorizontalPodAutoscaler
from kubelite.api.conditions import pod_ready
from kubelite.api.core_v1 import Pod
from kubelite.api.discovery_v1 import Endpoint, EndpointConditions
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.struct import replace, to_dict
from kubelite.client.controller import Action, Create, Emit, Requeue, Update
from kubelite.controllers.deployment import DeploymentController, revisions, scaling
from kubelite.controllers.deployment.revisions import size
from kubelite.controllers.endpointslice import (
    MANAGED_BY,
    MANAGER,
    EndpointSliceController,
    Ports,
    endpoint,
    plan,
    ports_of,
)
from kubelite.controllers.podautoscaler.controller import Draft, HorizontalController
from kubelite.controllers.podautoscaler.metrics import Unreadable

MOST = 500
"""Pods that an answer may ask for."""

MARKS = ("ready", "serving", "terminating")


def rolling(roll: Callable[..., Any]) -> tuple[type[DeploymentController], Failures]:
    """A Deployment controller whose rollouts go as ``roll(deployment, new, old)`` answers.

    ``deployment`` is ``{"replicas", "max_surge", "max_unavailable"}`` in pods, ``new``
    ``{"size", "available"}``, ``old`` a list of ``{"name", "size", "available"}``, oldest first.
    The answer is ``{"new": 3, "old": {"web-5d8": 1}}``; what is left out stays as it is.
    """
    failures = Failures()

    class Controller(DeploymentController):
        """Ours, but for the sizes during a rolling update."""

        def sync(self, key: str) -> Sequence[Action]:
            ours = super().sync(key)
            deployment = self.deployments.get(key)
            if deployment is None or deployment.metadata.deletion_timestamp is not None:
                return ours
            sets = self.sets.index("controller", deployment.metadata.uid)
            if deployment.spec.strategy.type != "RollingUpdate" or deployment.spec.paused:
                return ours
            if scaling.is_scaling(deployment, sets):
                return ours
            new = revisions.newest_of(deployment, sets)
            rest = [action for action in map(_without_pods, ours) if not _resizes(action, sets)]
            if new is None or len(rest) < len(ours) and _annotates(ours, new):
                return rest if new is None else ours
            old = [s for s in revisions.oldest_first(sets) if s is not new and size(s)]
            return [*_sizes(roll, deployment, new, old, failures), *rest]

    return Controller, failures


def _without_pods(action: Action) -> Action:
    """A new version begins empty: its pods are the learner's affair."""
    if isinstance(action, Create) and isinstance(action.obj, ReplicaSet):
        return Create(replace(action.obj, spec=replace(action.obj.spec, replicas=0)))
    return action


def _resizes(action: Action, sets: Sequence[ReplicaSet]) -> bool:
    told = isinstance(action, Emit) and action.reason == "ScalingReplicaSet"
    return told or (isinstance(action, Update) and isinstance(action.obj, ReplicaSet))


def _annotates(actions: Sequence[Action], new: ReplicaSet) -> bool:
    """Whether ours is about to write annotations, which come before any size."""
    first = actions[0]
    return (
        isinstance(first, Update)
        and first.obj.metadata.name == new.metadata.name
        and size(first.obj) == size(new)
    )


def _sizes(
    roll: Callable[..., Any],
    deployment: Deployment,
    new: ReplicaSet,
    old: Sequence[ReplicaSet],
    failures: Failures,
) -> list[Action]:
    surge, unavailable = revisions.fenceposts(deployment)
    facts = {
        "deployment": {
            "replicas": revisions.desired(deployment),
            "max_surge": surge,
            "max_unavailable": unavailable,
        },
        "new": _counted(new),
        "old": [{"name": s.metadata.name, **_counted(s)} for s in old],
    }
    answer = failures.ask(roll, {}, **facts)
    before = {s.metadata.name: s for s in old}
    smaller = answer.get("old", {}) if isinstance(answer, dict) else None
    if not isinstance(smaller, dict) or set(answer) - {"new", "old"} or set(smaller) - set(before):
        failures.refuse(
            f'`roll` answered {str(answer)[:80]}; it takes {{"new": 3, "old": {{name: 1}}}}.'
        )
        return []
    wanted = [(before[name], count) for name, count in smaller.items()]
    wanted.append((new, answer.get("new", size(new))))
    actions: list[Action] = []
    for replica_set, count in wanted:
        if type(count) is not int or not 0 <= count <= MOST:
            failures.refuse(f"`roll` asked for a size of {str(count)[:80]}.")
            return []
        if count != size(replica_set):
            actions += scaling.resize(deployment, replica_set, count)
    return actions


def _counted(replica_set: ReplicaSet) -> dict[str, int]:
    """Its numbers; a status that is behind may not say more than there can be."""
    available = min(replica_set.status.available_replicas, size(replica_set))
    return {"size": size(replica_set), "available": available}


def endpoints(choose: Callable[..., Any]) -> tuple[type[EndpointSliceController], Failures]:
    """An EndpointSlice controller that lists the pods which ``choose(service, pods)`` names.

    ``service`` and ``pods``, all those of its namespace, are as JSON shows them. The answer is
    ``{"web-1": {"ready": True, "serving": True, "terminating": False}}``; what is not
    named is in no slice.
    """
    failures = Failures()

    class Controller(EndpointSliceController):
        """Ours, but for who is in a slice, and as what."""

        def sync(self, key: str) -> Sequence[Action]:
            service = self.services.get(key)
            if service is None or not service.spec.selector:
                return super().sync(key)
            pods = self.pods.index("namespace", service.metadata.namespace)
            facts = {"service": to_dict(service), "pods": [to_dict(pod) for pod in pods]}
            chosen = _marked(failures.ask(choose, {}, **facts), pods, failures)
            wanted: dict[Ports, dict[str, Endpoint]] = {}
            for pod in pods:
                if (marks := chosen.get(pod.metadata.name)) is not None:
                    found = replace(endpoint(pod, service, self._zone(pod)), conditions=marks)
                    wanted.setdefault(ports_of(service, pod), {})[pod.metadata.uid] = found
            existing = [
                s
                for s in self.slices.index("service", key)
                if s.metadata.labels.get(MANAGED_BY) == MANAGER
                and s.metadata.deletion_timestamp is None
            ]
            later = (Requeue(BEHIND),) if self._behind(key) else ()
            return plan(service, wanted, existing) or later

    return Controller, failures


BEHIND = 5_000
"""Microseconds that a copy which is behind is given before the next look, as ours gives it."""


def _marked(
    answer: Any, pods: Sequence[Pod], failures: Failures
) -> Mapping[str, EndpointConditions]:
    known = {pod.metadata.name: pod for pod in pods}
    found = {}
    for name, marks in answer.items() if isinstance(answer, dict) else [("", answer)]:
        wrong = not isinstance(marks, dict) or set(marks) != set(MARKS)
        if wrong or any(type(mark) is not bool for mark in marks.values()) or name not in known:
            failures.refuse(
                f"`choose` answered {str({name: marks})[:80]}; it takes the name of a pod with "
                "ready, serving and terminating, each True or False."
            )
            return {}
        if not known[name].status.pod_ip:
            failures.refuse(f"`choose` named {name}, which has no address to send anybody to.")
            return {}
        found[name] = EndpointConditions(**marks)
    return found


def autoscaler(desired: Callable[..., Any]) -> tuple[type[HorizontalController], Failures]:
    """An autoscaler that asks ``desired(current, target, pods)`` how many pods are needed.

    ``current`` is how many are asked for, ``target`` the percentage of the request that each is
    to use, ``pods`` a list of ``{"name", "ready", "usage"}``; ``usage`` is a percentage of the
    request, or None where nobody has measured it yet. Bounds and behaviour stay ours.
    """
    failures = Failures()

    class Controller(HorizontalController):
        """Ours, but for the number that the metrics ask for."""

        def _by_metrics(
            self, hpa: HorizontalPodAutoscaler, draft: Draft, scale: Scale
        ) -> tuple[int, str]:
            resource = hpa.spec.metrics[0].resource
            target = resource.target.average_utilization if resource is not None else None
            if target is None:
                return super()._by_metrics(hpa, draft, scale)
            current = scale.spec.replicas
            pods = self._usages(hpa.metadata.namespace, scale.status.selector)
            if not pods:
                raise Unreadable("no pods returned by selector", "FailedGetResourceMetric", "")
            facts = {"current": current, "target": target, "pods": pods}
            answer = failures.ask(desired, current, **facts)
            if type(answer) is not int or not 0 <= answer <= MOST:
                failures.refuse(f"`desired` answers a number of pods, not {str(answer)[:80]}.")
                answer = current
            return answer, "cpu resource utilization (percentage of request)"

        def _usages(self, namespace: str, selector: str) -> list[dict[str, Any]]:
            used = {
                found.metadata.name: sum(one.usage["cpu"].milli for one in found.containers)
                for found in self._listed("pods.metrics.k8s.io", namespace, selector)
            }
            usages = []
            for pod in self._listed("pods", namespace, selector):
                if pod.metadata.deletion_timestamp is not None:
                    continue
                name, needs = pod.metadata.name, 0
                for container in pod.spec.containers:
                    asked = container.resources.requests.get("cpu")
                    needs += asked.milli if asked is not None else 0
                usage = 100 * used[name] // needs if name in used and needs else None
                usages.append({"name": name, "ready": pod_ready(pod), "usage": usage})
            return usages

        def _listed(self, resource: str, namespace: str, selector: str) -> Sequence[Any]:
            asked = Request(
                "list", resource, namespace, component=self.name, label_selector=selector
            )
            answer = self.client.api.handle(asked)
            return answer.body.items if answer.ok else ()

    return Controller, failures


__all__ = ["autoscaler", "endpoints", "rolling"]
