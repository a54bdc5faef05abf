"""FlowSchema and PriorityLevelConfiguration: whose requests wait when the server is busy.

Stored only: this server is never busy. Models ``k8s.io/api/flowcontrol/v1``.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Int32, Struct, merge_on, written
from kubelite.apimachinery.times import Time


class FlowDistinguisherMethod(Struct, kw_only=True):
    """By what requests of one schema are told apart: ByUser or ByNamespace."""

    type: str = written("")


class PriorityLevelConfigurationReference(Struct, kw_only=True):
    """Which level the requests belong to."""

    name: str = written("")


class GroupSubject(Struct, kw_only=True):
    """Everybody of a group."""

    name: str = written("")


class ServiceAccountSubject(Struct, kw_only=True):
    """A service account."""

    namespace: str = written("")
    name: str = written("")


class UserSubject(Struct, kw_only=True):
    """A user."""

    name: str = written("")


class Subject(Struct, kw_only=True):
    """Who asks."""

    kind: str = written("")
    user: UserSubject | None = None
    group: GroupSubject | None = None
    service_account: ServiceAccountSubject | None = None


class ResourcePolicyRule(Struct, kw_only=True):
    """Requests about objects."""

    verbs: tuple[str, ...] = ()
    api_groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    cluster_scope: bool = False
    namespaces: tuple[str, ...] = ()


class NonResourcePolicyRule(Struct, kw_only=True):
    """Requests about anything else."""

    verbs: tuple[str, ...] = ()
    non_resource_urls: tuple[str, ...] = msgspec.field(default=(), name="nonResourceURLs")


class PolicyRulesWithSubjects(Struct, kw_only=True):
    """Which requests of whom."""

    subjects: tuple[Subject, ...] = ()
    resource_rules: tuple[ResourcePolicyRule, ...] = ()
    non_resource_rules: tuple[NonResourcePolicyRule, ...] = ()


class FlowSchemaSpec(Struct, kw_only=True):
    """Which requests belong to which level, and which schema is asked first."""

    priority_level_configuration: PriorityLevelConfigurationReference = written(
        PriorityLevelConfigurationReference()
    )
    matching_precedence: Int32 = 0
    distinguisher_method: FlowDistinguisherMethod | None = None
    rules: tuple[PolicyRulesWithSubjects, ...] = ()


class FlowSchemaCondition(Struct, kw_only=True):
    """One observation of a FlowSchema."""

    type: str = written("")
    status: str = ""
    last_transition_time: Time | None = written(None)
    reason: str = ""
    message: str = ""


class FlowSchemaStatus(Struct, kw_only=True):
    """Whether its level exists."""

    conditions: Annotated[tuple[FlowSchemaCondition, ...], merge_on("type")] = ()


class FlowSchema(Object, kw_only=True):
    """Sorts requests into levels."""

    api_version: str = written("flowcontrol.apiserver.k8s.io/v1")
    kind: str = written("FlowSchema")
    spec: FlowSchemaSpec = written(FlowSchemaSpec())
    status: FlowSchemaStatus = written(FlowSchemaStatus())


class QueuingConfiguration(Struct, kw_only=True):
    """How those who wait are queued."""

    queues: Int32 = 0
    hand_size: Int32 = 0
    queue_length_limit: Int32 = 0


class LimitResponse(Struct, kw_only=True):
    """What happens beyond the limit: Queue or Reject."""

    type: str = written("")
    queuing: QueuingConfiguration | None = None


class LimitedPriorityLevelConfiguration(Struct, kw_only=True):
    """A level with a share of the server."""

    nominal_concurrency_shares: Int32 | None = None
    limit_response: LimitResponse = written(LimitResponse())
    lendable_percent: Int32 | None = None
    borrowing_limit_percent: Int32 | None = None


class ExemptPriorityLevelConfiguration(Struct, kw_only=True):
    """A level that never waits."""

    nominal_concurrency_shares: Int32 | None = None
    lendable_percent: Int32 | None = None


class PriorityLevelConfigurationSpec(Struct, kw_only=True):
    """Limited or Exempt, and what goes with it."""

    type: str = written("")
    limited: LimitedPriorityLevelConfiguration | None = None
    exempt: ExemptPriorityLevelConfiguration | None = None


class PriorityLevelConfigurationCondition(Struct, kw_only=True):
    """One observation of a level."""

    type: str = written("")
    status: str = ""
    last_transition_time: Time | None = written(None)
    reason: str = ""
    message: str = ""


class PriorityLevelConfigurationStatus(Struct, kw_only=True):
    """What is known of a level."""

    conditions: Annotated[tuple[PriorityLevelConfigurationCondition, ...], merge_on("type")] = ()


class PriorityLevelConfiguration(Object, kw_only=True):
    """A share of what the server can do at once."""

    api_version: str = written("flowcontrol.apiserver.k8s.io/v1")
    kind: str = written("PriorityLevelConfiguration")
    spec: PriorityLevelConfigurationSpec = written(PriorityLevelConfigurationSpec())
    status: PriorityLevelConfigurationStatus = written(PriorityLevelConfigurationStatus())
