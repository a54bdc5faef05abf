"""Identities and tokens: who is asking. Nobody stores these. Models
``k8s.io/api/authentication/v1``.
"""

from __future__ import annotations

from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Int64, Struct, written
from kubelite.apimachinery.times import Time


class UserInfo(Struct, kw_only=True):
    """A user as the server knows them."""

    username: str = ""
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: dict[str, tuple[str, ...]] = {}


class SelfSubjectReviewStatus(Struct, kw_only=True):
    """Who the asker is."""

    user_info: UserInfo = written(UserInfo())


class SelfSubjectReview(Object, kw_only=True):
    """Who am I?"""

    api_version: str = written("authentication.k8s.io/v1")
    kind: str = written("SelfSubjectReview")
    status: SelfSubjectReviewStatus = written(SelfSubjectReviewStatus())


class BoundObjectReference(Struct, kw_only=True):
    """The object whose end is the end of the token."""

    kind: str = ""
    api_version: str = ""
    name: str = ""
    uid: str = ""


class TokenRequestSpec(Struct, kw_only=True):
    """For whom the token is meant, and how long it is good."""

    audiences: tuple[str, ...] = ()
    expiration_seconds: Int64 | None = None
    bound_object_ref: BoundObjectReference | None = None
    attestations: dict[str, tuple[str, ...]] = {}


class TokenRequestStatus(Struct, kw_only=True):
    """The token, and when it ends."""

    token: str = ""
    expiration_timestamp: Time | None = written(None)


class TokenRequest(Object, kw_only=True):
    """The body of a service account's subresource ``token``."""

    api_version: str = written("authentication.k8s.io/v1")
    kind: str = written("TokenRequest")
    spec: TokenRequestSpec = written(TokenRequestSpec())
    status: TokenRequestStatus = written(TokenRequestStatus())


class TokenReviewSpec(Struct, kw_only=True):
    """The token that somebody has shown, and who wants to know."""

    token: str = written("")
    audiences: tuple[str, ...] = ()


class TokenReviewStatus(Struct, kw_only=True):
    """Whose it is, or why it is nobody's."""

    authenticated: bool = False
    user: UserInfo = written(UserInfo())
    audiences: tuple[str, ...] = ()
    error: str = ""


class TokenReview(Object, kw_only=True):
    """Whose token is this?"""

    api_version: str = written("authentication.k8s.io/v1")
    kind: str = written("TokenReview")
    spec: TokenReviewSpec = written(TokenReviewSpec())
    status: TokenReviewStatus = written(TokenReviewStatus())
