"""Reviews: asking what somebody may do. Nobody stores them.

Models ``k8s.io/api/authorization/v1``.
"""

from __future__ import annotations

from kubelite.api.meta_v1 import FieldSelectorRequirement
from kubelite.apimachinery.meta import LabelSelectorRequirement, Object
from kubelite.apimachinery.struct import Struct, written


class FieldSelectorAttributes(Struct, kw_only=True):
    """The field selector of the request that is asked about."""

    raw_selector: str = ""
    requirements: tuple[FieldSelectorRequirement, ...] = ()


class LabelSelectorAttributes(Struct, kw_only=True):
    """The label selector of the request that is asked about."""

    raw_selector: str = ""
    requirements: tuple[LabelSelectorRequirement, ...] = ()


class ResourceAttributes(Struct, kw_only=True):
    """A request about a resource; ``*`` means all, an empty namespace the whole cluster."""

    namespace: str = ""
    verb: str = ""
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    name: str = ""
    field_selector: FieldSelectorAttributes | None = None
    label_selector: LabelSelectorAttributes | None = None


class NonResourceAttributes(Struct, kw_only=True):
    """A request for a URL that is no resource."""

    path: str = ""
    verb: str = ""


class SubjectAccessReviewSpec(Struct, kw_only=True):
    """What is asked about whom."""

    resource_attributes: ResourceAttributes | None = None
    non_resource_attributes: NonResourceAttributes | None = None
    user: str = ""
    groups: tuple[str, ...] = ()
    extra: dict[str, tuple[str, ...]] = {}
    uid: str = ""


class SelfSubjectAccessReviewSpec(Struct, kw_only=True):
    """What is asked about oneself."""

    resource_attributes: ResourceAttributes | None = None
    non_resource_attributes: NonResourceAttributes | None = None


class SubjectAccessReviewStatus(Struct, kw_only=True):
    """The answer, and why."""

    allowed: bool = written(False)
    denied: bool = False
    reason: str = ""
    evaluation_error: str = ""


class SubjectAccessReview(Object, kw_only=True):
    """May this user do that?"""

    api_version: str = written("authorization.k8s.io/v1")
    kind: str = written("SubjectAccessReview")
    spec: SubjectAccessReviewSpec = written(SubjectAccessReviewSpec())
    status: SubjectAccessReviewStatus = written(SubjectAccessReviewStatus())


class SelfSubjectAccessReview(Object, kw_only=True):
    """May I do that?"""

    api_version: str = written("authorization.k8s.io/v1")
    kind: str = written("SelfSubjectAccessReview")
    spec: SelfSubjectAccessReviewSpec = written(SelfSubjectAccessReviewSpec())
    status: SubjectAccessReviewStatus = written(SubjectAccessReviewStatus())


class LocalSubjectAccessReview(Object, kw_only=True):
    """May this user do that in this namespace?"""

    api_version: str = written("authorization.k8s.io/v1")
    kind: str = written("LocalSubjectAccessReview")
    spec: SubjectAccessReviewSpec = written(SubjectAccessReviewSpec())
    status: SubjectAccessReviewStatus = written(SubjectAccessReviewStatus())


class SelfSubjectRulesReviewSpec(Struct, kw_only=True):
    """The namespace that is asked about."""

    namespace: str = ""


class ResourceRule(Struct, kw_only=True):
    """Verbs that are allowed on resources."""

    verbs: tuple[str, ...] = ()
    api_groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    resource_names: tuple[str, ...] = ()


class NonResourceRule(Struct, kw_only=True):
    """Verbs that are allowed on URLs."""

    verbs: tuple[str, ...] = ()
    non_resource_urls: tuple[str, ...] = ()


class SubjectRulesReviewStatus(Struct, kw_only=True):
    """All rules that count for the asker."""

    resource_rules: tuple[ResourceRule, ...] = ()
    non_resource_rules: tuple[NonResourceRule, ...] = ()
    incomplete: bool = written(False)
    evaluation_error: str = ""


class SelfSubjectRulesReview(Object, kw_only=True):
    """What may I do in this namespace?"""

    api_version: str = written("authorization.k8s.io/v1")
    kind: str = written("SelfSubjectRulesReview")
    spec: SelfSubjectRulesReviewSpec = written(SelfSubjectRulesReviewSpec())
    status: SubjectRulesReviewStatus = written(SubjectRulesReviewStatus())
