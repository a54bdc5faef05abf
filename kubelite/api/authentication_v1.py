"""Identities and tokens: who is asking. Nobody stores these. Models
``k8s.io/api/authentication/v1``.
"""

from __future__ import annotations

from kubelite.apimachinery.meta import Object
from kubelite.apimachinery.struct import Struct, written


class UserInfo(Struct, kw_only=True):
    """A user as the server knows them."""

    username: str = ""
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: dict[str, tuple[str, ...]] = {}


class SelfSubjectReviewStatus(Struct, kw_only=True):
    """Who the asker is."""

    user_info: UserInfo = UserInfo()


class SelfSubjectReview(Object, kw_only=True):
    """Who am I?"""

    api_version: str = written("authentication.k8s.io/v1")
    kind: str = written("SelfSubjectReview")
    status: SelfSubjectReviewStatus = SelfSubjectReviewStatus()
