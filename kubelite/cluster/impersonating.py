"""The same cluster in another's name: what they see, what they may."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING, cast

from kubelite.apimachinery.rest import User
from kubelite.apiserver import APIServer
from kubelite.apiserver.identities import named
from kubelite.cluster import access
from kubelite.cluster.machines import LEARNER, World

if TYPE_CHECKING:
    from kubelite.cluster.cluster import Cluster


class Impersonating:
    """The part of a cluster that knows who asks. ``Cluster`` is the whole."""

    api: APIServer
    _world: World

    def as_user(self, name: str, groups: Sequence[str] = ()) -> Cluster:
        """The same cluster as ``name`` sees it, a user or "system:serviceaccount:NAMESPACE:NAME".

        Everybody is in the group system:authenticated; a service account is in its own, too.
        """
        return self._as(named(name, tuple(groups)))

    as_ = as_user

    def as_token(self, token: str) -> Cluster:
        """The same for whoever shows this token. Raises StatusError 401 if it is nobody's."""
        return self._as(access.user_of(self._world.server, token))

    def _as(self, user: User) -> Cluster:
        other = copy(cast("Cluster", self))
        other.api = cast(APIServer, access.Named(other.everything.api, user))
        return other

    def create_token(
        self, account: str, namespace: str = "default", seconds: int = 3600, audience: str = ""
    ) -> str:
        """A token by which a program shows that it is this service account."""
        name = account.partition("/")[2] or account
        return access.create_token(self.api, LEARNER, name, namespace, seconds, audience)

    def can_i(self, verb: str, what: str, namespace: str = "default") -> access.Permission:
        """Whether you may: ``can_i("create", "pods")``, ``can_i("get", "pods/log")``."""
        return access.can_i(self.api, LEARNER, verb, what, namespace)

    def whoami(self) -> access.Identity:
        """Who the server takes you for."""
        return access.whoami(self.api, LEARNER)
