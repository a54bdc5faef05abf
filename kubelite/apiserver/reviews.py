"""Reviews: questions that are created and answered, and never stored.

Models pkg/registry/authorization and pkg/registry/authentication.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api import authentication_v1 as authn
from kubelite.api import authorization_v1 as authz
from kubelite.api.rbac_v1 import PolicyRule
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import FieldError
from kubelite.apimachinery.rest import Request, User
from kubelite.apimachinery.scheme import Kind, Scheme
from kubelite.apimachinery.struct import replace
from kubelite.apiserver import decoding
from kubelite.apiserver.authz import Attributes, Authorizer
from kubelite.apiserver.authz.rbac import Verdict
from kubelite.apiserver.identities import identity_of, user_info
from kubelite.apiserver.tokens import Tokens

_AUTHZ, _AUTHN = "authorization.k8s.io", "authentication.k8s.io"
_BOTH = "exactly one of nonResourceAttributes or resourceAttributes must be specified"


def _kind(group: str, type: type[Any], namespaced: bool = False) -> Kind:
    name = type.__name__
    return Kind(group, "v1", name, f"{name.lower()}s", type, namespaced=namespaced)


TOKEN = _kind(_AUTHN, authn.TokenRequest)
"""How the body of a service account's subresource ``token`` is read."""

REVIEWS = Scheme(
    (
        _kind(_AUTHZ, authz.SelfSubjectAccessReview),
        _kind(_AUTHZ, authz.SubjectAccessReview),
        _kind(_AUTHZ, authz.LocalSubjectAccessReview, True),
        _kind(_AUTHZ, authz.SelfSubjectRulesReview),
        _kind(_AUTHN, authn.SelfSubjectReview),
        _kind(_AUTHN, authn.TokenReview),
    )
)
"""The kinds that are answered and never stored, in the order of their answers below."""


class Reviews:
    """Answers every review. Without an authorizer everybody may do anything."""

    def __init__(self, authorizer: Authorizer | None, tokens: Tokens):
        self._authorizer = authorizer
        answers: tuple[Callable[[Request, Any], Any], ...] = (
            self._self_access,
            self._access,
            self._local_access,
            self._rules,
            self._who,
            lambda _, review: tokens.reviewed(review),
        )
        rows = zip(REVIEWS, answers, strict=True)
        self._answers = {kind.resource: (kind, answer) for kind, answer in rows}

    def create(self, request: Request) -> Any:
        """The review with its answer. Raises StatusError 400, 404, 405 or 422."""
        if request.resource not in self._answers:
            raise errors.unknown_resource()
        kind, answer = self._answers[request.resource]
        if request.verb != "create":
            raise errors.method_not_supported(request.resource, request.verb)
        return answer(request, decoding.body(kind, request))

    def _who(self, request: Request, review: authn.SelfSubjectReview) -> Any:
        info = user_info(identity_of(request))
        return replace(review, status=authn.SelfSubjectReviewStatus(user_info=info))

    def _self_access(self, request: Request, review: authz.SelfSubjectAccessReview) -> Any:
        return self._answered(review, identity_of(request))

    def _access(self, request: Request, review: authz.SubjectAccessReview) -> Any:
        spec = review.spec
        if not spec.user and not spec.groups:
            fault = "at least one of user or group must be specified"
            problem = FieldError.invalid("spec.user", spec.user, fault)
            raise errors.invalid(f"{review.kind}.{_AUTHZ}", "", [problem])
        return self._answered(review, User(spec.user, spec.groups, spec.uid, spec.extra))

    def _local_access(self, request: Request, review: authz.LocalSubjectAccessReview) -> Any:
        asked = review.spec.resource_attributes
        if asked is None or asked.namespace != request.namespace:
            text = f"spec.resourceAttributes.namespace must match namespace: {request.namespace}"
            raise errors.bad_request(text)
        return self._access(request, review)  # type: ignore[arg-type]

    def _answered(self, review: Any, user: User) -> Any:
        spec = review.spec
        if (spec.resource_attributes is None) is (spec.non_resource_attributes is None):
            problem = FieldError.invalid("spec.nonResourceAttributes", None, _BOTH)
            raise errors.invalid(f"{review.kind}.{_AUTHZ}", "", [problem])
        if self._authorizer is None:
            found = Verdict(True)
        else:
            found = self._authorizer.verdict(_attributes(spec, user))
        status = authz.SubjectAccessReviewStatus(allowed=found.allowed, reason=found.reason)
        return replace(review, status=status)

    def _rules(self, request: Request, review: authz.SelfSubjectRulesReview) -> Any:
        namespace = review.spec.namespace
        if not namespace:
            raise errors.bad_request("no namespace on request")
        held: list[PolicyRule] = [_EVERYTHING, _EVERY_URL]
        if self._authorizer is not None:
            held = self._authorizer.rules_for(identity_of(request), namespace)
        status = authz.SubjectRulesReviewStatus(
            resource_rules=tuple(
                authz.ResourceRule(
                    verbs=rule.verbs,
                    api_groups=rule.api_groups,
                    resources=rule.resources,
                    resource_names=rule.resource_names,
                )
                for rule in held
                if rule.resources
            ),
            non_resource_rules=tuple(
                authz.NonResourceRule(verbs=rule.verbs, non_resource_urls=rule.non_resource_urls)
                for rule in held
                if rule.non_resource_urls
            ),
        )
        return replace(review, status=status)


_EVERYTHING = PolicyRule(verbs=("*",), api_groups=("*",), resources=("*",))
_EVERY_URL = PolicyRule(verbs=("*",), non_resource_urls=("*",))


def _attributes(spec: Any, user: User) -> Attributes:
    asked = spec.resource_attributes
    if asked is None:
        other = spec.non_resource_attributes
        return Attributes(user, other.verb, path=other.path)
    return Attributes(
        user,
        asked.verb,
        asked.group,
        asked.resource,
        asked.subresource,
        asked.namespace,
        asked.name,
    )
