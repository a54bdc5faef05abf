"""Short ways to say which objects a case is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubelite.api.apps_v1 import (
    Deployment,
    DeploymentSpec,
    DeploymentStatus,
    DeploymentStrategy,
    ReplicaSet,
    ReplicaSetSpec,
    ReplicaSetStatus,
    RollingUpdateDeployment,
)
from kubelite.api.core_v1 import (
    ContainerStatus,
    Node,
    NodeCondition,
    NodeSpec,
    NodeStatus,
    Pod,
    PodCondition,
    PodSpec,
    PodStatus,
    PodTemplateSpec,
    Taint,
)
from kubelite.apimachinery.meta import LabelSelector, ObjectMeta
from kubelite.apimachinery.times import Time
from kubelite.client.controller import Action, Update
from kubelite.controllers.deployment.revisions import DESIRED_REPLICAS, MAX_REPLICAS, fenceposts
from kubelite.sim.clock import START

NOW = START
LABELS = {"foo": "bar"}


def template(version: str = "1") -> PodTemplateSpec:
    return PodTemplateSpec(metadata=ObjectMeta(labels=LABELS | {"version": version}))


def deployment(
    replicas: int | None = 10,
    surge: int | str | None = 0,
    unavailable: int | str | None = 0,
    strategy: str = "RollingUpdate",
    status: DeploymentStatus | None = None,
    version: str = "1",
    **spec: Any,
) -> Deployment:
    rolling = RollingUpdateDeployment(max_surge=surge, max_unavailable=unavailable)
    return Deployment(
        metadata=ObjectMeta(name="foo", namespace="default", uid="foo-uid", generation=1),
        spec=DeploymentSpec(
            replicas=replicas,
            selector=LabelSelector(match_labels=LABELS),
            template=template(version),
            strategy=DeploymentStrategy(
                type=strategy, rolling_update=rolling if strategy == "RollingUpdate" else None
            ),
            **spec,
        ),
        status=status or DeploymentStatus(),
    )


def replica_set(
    name: str,
    replicas: int,
    created: int = 0,
    available: int = 0,
    actual: int | None = None,
    of: Deployment | None = None,
    version: str = "1",
    **meta: Any,
) -> ReplicaSet:
    """A ReplicaSet; ``of`` the Deployment whose size it remembers, ``created`` hours ago or in."""
    annotations = meta.pop("annotations", {})
    if of is not None:
        wanted, surge = of.spec.replicas or 0, fenceposts(of)[0]
        annotations = annotations | {
            DESIRED_REPLICAS: str(wanted),
            MAX_REPLICAS: str(wanted + surge),
        }
    return ReplicaSet(
        metadata=ObjectMeta(
            name=name,
            namespace="default",
            uid=name + "-uid",
            labels=LABELS,
            annotations=annotations,
            creation_timestamp=Time(NOW + created * 3_600_000_000),
            **meta,
        ),
        spec=ReplicaSetSpec(
            replicas=replicas,
            selector=LabelSelector(match_labels=LABELS),
            template=template(version),
        ),
        status=ReplicaSetStatus(
            replicas=replicas if actual is None else actual, available_replicas=available
        ),
    )


def sizes_after(actions: Sequence[Action], *sets: ReplicaSet) -> dict[str, int | None]:
    """By name, how large the ReplicaSets are once the actions are done."""
    sizes = {s.metadata.name: s.spec.replicas for s in sets}
    for action in actions:
        if isinstance(action, Update) and isinstance(action.obj, ReplicaSet):
            sizes[action.obj.metadata.name] = action.obj.spec.replicas
    return sizes


def pod(
    name: str,
    node: str = "",
    phase: str = "Running",
    ready: bool = False,
    restarts: int = 0,
    ready_since: int | None = None,
    created: int | None = None,
    spec: dict[str, Any] | None = None,
    ip: str = "",
    **meta: Any,
) -> Pod:
    """A pod; moments are microseconds before NOW."""
    since = Time(NOW - ready_since) if ready_since is not None else None
    conditions = (
        (PodCondition(type="Ready", status="True", last_transition_time=since),) if ready else ()
    )
    return Pod(
        metadata=ObjectMeta(
            name=name,
            namespace=meta.pop("namespace", "default"),
            uid=meta.pop("uid", name + "-uid"),
            creation_timestamp=Time(NOW - created) if created is not None else None,
            **meta,
        ),
        spec=PodSpec(node_name=node, **(spec or {})),
        status=PodStatus(
            phase=phase,
            pod_ip=ip,
            conditions=conditions,
            container_statuses=(ContainerStatus(name="c", restart_count=restarts),),
        ),
    )


def node(
    name: str = "node-1", ready: str | None = "True", taints: tuple[Taint, ...] = (), **spec: Any
) -> Node:
    conditions = (NodeCondition(type="Ready", status=ready),) if ready is not None else ()
    return Node(
        metadata=ObjectMeta(name=name),
        spec=NodeSpec(taints=taints, **spec),
        status=NodeStatus(conditions=conditions),
    )
