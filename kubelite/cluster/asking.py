"""What a learner asks why: the story of an object, and the reasons of the scheduler."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.told import UsageError
from kubelite.cluster import story
from kubelite.cluster.history import History
from kubelite.cluster.story import Story
from kubelite.scheduler.profile import Profile
from kubelite.sim.trace import Subject, Trace

if TYPE_CHECKING:
    from kubelite.cluster.cluster import Cluster
    from kubelite.cluster.explaining import Explanation


class Asking:
    """The part of a cluster that answers why. ``Cluster`` is the whole."""

    trace: Trace
    history: History
    get: Callable[..., Any]
    _meant: Callable[[str], tuple[Kind, str]]
    _profiles: tuple[Profile, ...]

    def story(self, what: str, namespace: str = "default") -> Story:
        """What befell an object, and why: back to whoever caused it."""
        kind, name = self._meant(what)
        return self.story_of((kind.resource, namespace if kind.namespaced else "", name))

    def story_of(self, subject: Subject) -> Story:
        """The story of (resource, namespace, name)."""
        return story.tell(subject, self.trace, self.history)

    def explain(self, what: str, namespace: str = "default") -> Explanation:
        """Why a pod is (or was) on its node, or on none, and what would change that."""
        from kubelite.cluster import explaining  # when somebody asks

        whole = cast("Cluster", self)
        kind, name = self._meant(what if "/" in what else f"pod/{what}")
        if kind.resource != "pods":
            raise UsageError(f'explain is about a pod; ask cluster.story("{what}") of others')
        try:
            pod = self.get(f"{kind.resource}/{name}", namespace=namespace)
        except StatusError:
            pod = explaining.last_seen(whole, (kind.resource, namespace, name))
            if pod is None:
                raise
        return explaining.explain(whole, pod, self._profiles)
