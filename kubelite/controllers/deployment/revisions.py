"""Which ReplicaSet belongs to which version of a Deployment.

Models pkg/controller/deployment/util/deployment_util.go and pkg/controller/deployment/sync.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from kubelite.api.apps_v1 import Deployment, DeploymentSpec, ReplicaSet, ReplicaSetSpec
from kubelite.api.core_v1 import PodTemplateSpec
from kubelite.apimachinery.intstr import scaled
from kubelite.apimachinery.memo import ByIdentity
from kubelite.apimachinery.meta import LabelSelector, ObjectMeta
from kubelite.apimachinery.struct import encode, replace
from kubelite.apimachinery.told import UsageError
from kubelite.controllers.base import owned_by
from kubelite.controllers.hashing import safe_hash

TEMPLATE_HASH = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"
REVISION_HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas"
MAX_REPLICAS = "deployment.kubernetes.io/max-replicas"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

_NOT_COPIED = (LAST_APPLIED, REVISION, REVISION_HISTORY, DESIRED_REPLICAS, MAX_REPLICAS)
_HISTORY_CHARACTERS = 2000
_LARGEST = 2**31 - 1


def template_hash(template: PodTemplateSpec, collisions: int | None) -> str:
    """Up to ten characters that name a template: FNV-1a of its content, spelt safely.

    Upstream hashes a dump of Go structs, so the values differ from a real cluster's.
    """
    return safe_hash(encode(template), collisions)


def desired(deployment: Deployment) -> int:
    """How many pods the Deployment asks for."""
    return deployment.spec.replicas if deployment.spec.replicas is not None else 1


def size(replica_set: ReplicaSet) -> int:
    """How many pods a ReplicaSet asks for."""
    return replica_set.spec.replicas if replica_set.spec.replicas is not None else 1


def total(sets: Sequence[ReplicaSet]) -> int:
    """How many pods these ReplicaSets ask for."""
    return sum(map(size, sets))


def fenceposts(deployment: Deployment) -> tuple[int, int]:
    """(maxSurge, maxUnavailable) in pods."""
    return _fenceposts(deployment.spec)


# DOC: rollout-fenceposts
def resolve_fenceposts(spec: DeploymentSpec) -> tuple[int, int]:
    """(maxSurge, maxUnavailable) in pods: surge rounds up, unavailable down, never both 0."""
    rolling = spec.strategy.rolling_update
    if spec.strategy.type != "RollingUpdate" or rolling is None:
        return 0, 0
    replicas = spec.replicas if spec.replicas is not None else 1
    surge = scaled(rolling.max_surge if rolling.max_surge is not None else 0, replicas, True)
    missing = rolling.max_unavailable if rolling.max_unavailable is not None else 0
    unavailable = scaled(missing, replicas, False)
    if surge == 0 and unavailable == 0:
        unavailable = 1  # otherwise nothing could ever move
    return surge, min(unavailable, replicas) if replicas else 0


_fenceposts = ByIdentity(resolve_fenceposts)


def same_template(one: PodTemplateSpec, other: PodTemplateSpec) -> bool:
    """Whether two templates differ in nothing but the hash label."""
    if one.spec is not other.spec and one.spec != other.spec:
        return False
    mine, others = one.metadata, other.metadata
    return mine is others or _plain(mine) == _plain(others)


def _without_hash(meta: ObjectMeta) -> ObjectMeta:
    if TEMPLATE_HASH not in meta.labels:
        return meta
    return replace(
        meta, labels={key: value for key, value in meta.labels.items() if key != TEMPLATE_HASH}
    )


_plain = ByIdentity(_without_hash)


def oldest_first(sets: Sequence[ReplicaSet]) -> list[ReplicaSet]:
    """By creation, then by name."""
    return sorted(sets, key=lambda s: (s.metadata.creation_timestamp or 0, s.metadata.name))


def newest_of(deployment: Deployment, sets: Sequence[ReplicaSet]) -> ReplicaSet | None:
    """The ReplicaSet of the current template, if there is one."""
    for candidate in oldest_first(sets):
        if same_template(candidate.spec.template, deployment.spec.template):
            return candidate
    return None


def revision_of(replica_set: ReplicaSet) -> int:
    """Its place in the Deployment's history; 0 when it has none."""
    text = replica_set.metadata.annotations.get(REVISION, "0")
    return int(text) if text.isdecimal() else 0


def next_revision(old: Sequence[ReplicaSet]) -> int:
    """One more than the highest among the old ones."""
    return max(map(revision_of, old), default=0) + 1


def new_replica_set(deployment: Deployment, revision: int, replicas: int) -> ReplicaSet:
    """The ReplicaSet for the current template. It shares the pod spec with the Deployment."""
    template = deployment.spec.template
    name = template_hash(template, deployment.status.collision_count)
    label = {TEMPLATE_HASH: name}
    selector = deployment.spec.selector or LabelSelector()
    return ReplicaSet(
        metadata=ObjectMeta(
            name=f"{deployment.metadata.name}-{name}",
            namespace=deployment.metadata.namespace,
            labels=template.metadata.labels | label,
            annotations=annotations_for(deployment, {}, revision) | sizes(deployment),
            owner_references=(owned_by(deployment),),
        ),
        spec=ReplicaSetSpec(
            replicas=replicas,
            min_ready_seconds=deployment.spec.min_ready_seconds,
            selector=replace(selector, match_labels=selector.match_labels | label),
            template=replace(
                template,
                metadata=replace(template.metadata, labels=template.metadata.labels | label),
            ),
        ),
    )


def remembered(replica_set: ReplicaSet, annotation: str) -> int | None:
    """A size that a ReplicaSet remembers; None where it says nothing, or nothing to be used."""
    text = replica_set.metadata.annotations.get(annotation, "")
    if not (text.isascii() and text.isdecimal()) or int(text) > _LARGEST:
        return None
    return int(text)


def sizes(deployment: Deployment) -> dict[str, str]:
    """What a ReplicaSet remembers of the size its Deployment had, to share out a later change."""
    surge, _ = fenceposts(deployment)
    replicas = desired(deployment)
    return {DESIRED_REPLICAS: str(replicas), MAX_REPLICAS: str(replicas + surge)}


def annotations_for(
    deployment: Deployment, existing: dict[str, str], revision: int
) -> dict[str, str]:
    """A ReplicaSet's annotations: its Deployment's, its revision, and those it had before."""
    wanted = dict(existing)
    for key, value in deployment.metadata.annotations.items():
        if key not in _NOT_COPIED:
            wanted[key] = value
    before = existing.get(REVISION, "")
    if not before.isdecimal() or int(before) < revision:
        wanted[REVISION] = str(revision)
        if before:
            history = [*filter(None, existing.get(REVISION_HISTORY, "").split(",")), before]
            while len(",".join(history)) > _HISTORY_CHARACTERS:
                history.pop(0)
            wanted[REVISION_HISTORY] = ",".join(history)
    return wanted


def earlier(deployment: Deployment, sets: Sequence[ReplicaSet], revision: int) -> PodTemplateSpec:
    """The template of a revision, or of the one before the current when ``revision`` is 0.

    Raises ValueError in kubectl's words. Models kubectl's pkg/polymorphichelpers/rollback.go.
    """
    numbered = {revision_of(s): s for s in sets}
    if not revision:
        places = sorted(numbered)
        if len(places) < 2:
            raise UsageError(
                f'no rollout history found for deployment "{deployment.metadata.name}"'
            )
        revision = places[-2]
    if revision not in numbered:
        raise UsageError(f"unable to find specified revision {revision} in history")
    template = numbered[revision].spec.template
    return replace(template, metadata=_plain(template.metadata))
