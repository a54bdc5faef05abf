"""The subresource ``eviction``: a pod is deleted if its disruption budget can spare it.

Whoever evicts asks first, whoever deletes does not. A grant is written into the budget's status
before the pod goes, so that two who ask at once cannot both be told yes.
Models pkg/registry/core/pod/storage/eviction.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kubelite.api.conditions import condition, pod_finished, pod_ready
from kubelite.api.core_v1 import Pod, PodCondition
from kubelite.api.disruption import allowing
from kubelite.api.meta_v1 import DeleteOptions
from kubelite.api.policy_v1 import Eviction, PodDisruptionBudget
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import StatusCause, StatusError
from kubelite.apimachinery.labels import from_label_selector
from kubelite.apimachinery.rest import Request
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import replace
from kubelite.apimachinery.times import SECOND, Time
from kubelite.apiserver.registry.store import Registry

EVICTION = Kind("policy", "v1", "Eviction", "evictions", Eviction)
"""How the body is read. It is no row of the scheme: nobody stores an Eviction."""

MAX_DISRUPTED_POD_SIZE = 2_000
REFUSED = "Cannot evict pod as it would violate the pod's disruption budget."
SEVERAL = (
    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
    "support."
)


class Evictor:
    """Grants or refuses evictions. ``now`` gives microseconds since 1970."""

    def __init__(self, pods: Registry, budgets: Registry, now: Callable[[], int]):
        self._pods = pods
        self._budgets = budgets
        self._now = now

    # DOC: eviction
    def evict(
        self, request: Request, eviction: Eviction, budgets: Iterable[PodDisruptionBudget]
    ) -> None:
        """Delete the pod as ``eviction`` says. Raises StatusError 404, 409, 429 or 500."""
        pod: Pod = self._pods.get(request.namespace, request.name)
        options = eviction.delete_options or DeleteOptions()
        if options.dry_run:
            request = replace(request, dry_run=True)
        if not _needs_no_budget(pod):
            found = [budget for budget in budgets if covers(budget, pod)]
            if len(found) > 1:
                raise errors.failure(500, "", SEVERAL)
            for budget in found:
                if not _unhealthy_may_go(pod, budget):
                    self._spend(request, budget, pod)
        self._delete(request, options, pod)

    def _spend(self, request: Request, budget: PodDisruptionBudget, pod: Pod) -> None:
        """One disruption less. Raises StatusError 403 or 429."""
        _check(budget)
        status = budget.status
        now = Time(self._now() // SECOND * SECOND)
        left = replace(
            status,
            disruptions_allowed=status.disruptions_allowed - 1,
            disrupted_pods=status.disrupted_pods | {pod.metadata.name: now},
        )
        if not left.disruptions_allowed:
            left = allowing(left, now)
        self._budgets.commit(_about(request, budget), replace(budget, status=left), budget)

    def _delete(self, request: Request, options: DeleteOptions, pod: Pod) -> None:
        """Say why on the pod, then delete it with its own grace or the one asked for."""
        wanted = options.preconditions
        deletion = replace(
            request,
            verb="delete",
            subresource="",
            body=None,
            grace_period_seconds=options.grace_period_seconds,
            propagation_policy=options.propagation_policy or "",
            precondition_uid=(wanted.uid or "") if wanted else "",
            precondition_resource_version=(wanted.resource_version or "") if wanted else "",
        )
        if not _needs_no_budget(pod) and not deletion.precondition_resource_version:
            self._pods.commit(request, _marked(pod, self._now()), pod)
        self._pods.delete(deletion)


def covers(budget: PodDisruptionBudget, pod: Pod) -> bool:
    """Whether the budget is about this pod. No selector selects nobody, an empty one everybody."""
    if budget.metadata.namespace != pod.metadata.namespace:
        return False
    selector = from_label_selector(budget.spec.selector)
    return selector.matches(pod.metadata.labels)


def _needs_no_budget(pod: Pod) -> bool:
    """A pod that does not run yet, or any more, is no loss."""
    leaving = pod.metadata.deletion_timestamp is not None
    return pod_finished(pod) or pod.status.phase == "Pending" or leaving


def _unhealthy_may_go(pod: Pod, budget: PodDisruptionBudget) -> bool:
    """A pod that is not ready counts for nothing; it may go if the others are enough."""
    if pod_ready(pod):
        return False
    if budget.spec.unhealthy_pod_eviction_policy == "AlwaysAllow":
        return True
    status = budget.status
    return status.current_healthy >= status.desired_healthy > 0


def _check(budget: PodDisruptionBudget) -> None:
    name, status = budget.metadata.name, budget.status
    if status.observed_generation < budget.metadata.generation:
        raise _too_many(f"The disruption budget {name} is still being processed by the server.", 10)
    if status.disruptions_allowed < 0:
        cause = "pdb disruptions allowed is negative"
        raise errors.forbidden("poddisruptionbudget.policy", name, cause)
    if len(status.disrupted_pods) > MAX_DISRUPTED_POD_SIZE:
        cause = "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
        raise errors.forbidden("poddisruptionbudget.policy", name, cause)
    if status.disruptions_allowed == 0:
        raise _too_many(_why_not(budget), 0)


def _why_not(budget: PodDisruptionBudget) -> str:
    name, status = budget.metadata.name, budget.status
    said: Any = condition(budget, "DisruptionAllowed")
    told = said is not None and said.status == "False" and said.message
    stopped = f"The disruption budget {name} does not allow evicting pods currently"
    if told and said.reason == "SyncFailed":
        return f"{stopped} because it failed sync: {said.message}"
    if status.current_healthy <= status.desired_healthy:
        return (
            f"The disruption budget {name} needs {status.desired_healthy} healthy pods "
            f"and has {status.current_healthy} currently"
        )
    return f"{stopped} ({said.reason}): {said.message}" if told else stopped


def _too_many(cause: str, retry_after_seconds: int) -> StatusError:
    causes = [StatusCause(reason="DisruptionBudget", message=cause)]
    return errors.failure(
        429, "TooManyRequests", REFUSED, causes=causes, retry_after_seconds=retry_after_seconds
    )


def _about(request: Request, budget: PodDisruptionBudget) -> Request:
    return replace(request, resource="poddisruptionbudgets.policy", name=budget.metadata.name)


def _marked(pod: Pod, now: int) -> Pod:
    target = PodCondition(
        type="DisruptionTarget",
        status="True",
        observed_generation=pod.metadata.generation,
        last_transition_time=Time(now // SECOND * SECOND),
        reason="EvictionByEvictionAPI",
        message="Eviction API: evicting",
    )
    others = tuple(c for c in pod.status.conditions if c.type != target.type)
    return replace(pod, status=replace(pod.status, conditions=(*others, target)))
