"""A learner's plugin as the framework meets it: whatever it does, there is an answer.

What it raises, or answers beyond all sense, is an error of the decision: the pod goes back to the
queue with back-off, and FailedScheduling says which plugin it was, in upstream's words
(``pkg/scheduler/framework/runtime/framework.go``). A panic there ends the scheduler; here it is
one more error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kubelite.apimachinery import errors
from kubelite.apimachinery.rest import Response
from kubelite.scheduler.framework import (
    MAX_NODE_SCORE,
    UNSCHEDULABLE,
    UNSCHEDULABLE_AND_UNRESOLVABLE,
    PostFilterResult,
    Status,
)
from kubelite.scheduler.types import PodInfo
from kubelite.sim.guests import Mishap, mishap, nonsense, shown

Report = Callable[[Mishap], object]

_ADVICE = "The pod is tried again after a back-off. Correct the plugin and make a new Cluster"
_FLAGS = ("filter_by_spec", "score_by_spec", "score_by_requests")


class PluginError(Exception):
    """A plugin has failed, and with it the decision; the text is FailedScheduling's."""

    def __init__(self, text: str, found: Mishap):
        super().__init__(text)
        self.mishap = found


class GuestPlugin:
    """Serves the points that ``plugin`` serves. Raises PluginError where a decision must end."""

    def __init__(self, plugin: Any, report: Report):
        self._plugin = plugin
        self._report = report
        self._unready = ""
        name = getattr(plugin, "name", None)
        if not name or not isinstance(name, str):
            nonsense(f"{type(plugin).__qualname__} needs a name: name = {type(plugin).__name__!r}")
        self.name: str = name
        for flag in _FLAGS:
            setattr(self, flag, bool(getattr(plugin, flag, False)))
        hints = getattr(plugin, "events", {})
        self.events = {event: self._hint(event, hint) for event, hint in hints.items()}
        for point, make in _POINTS.items():
            if callable(getattr(plugin, point, None)):
                setattr(self, point, make(self, getattr(plugin, point)))

    def _mishap(self, error: BaseException, point: str, pod: Any) -> Mishap:
        subject = ("", "", "")
        if isinstance(pod, PodInfo):
            meta = pod.pod.metadata
            subject = ("pods", meta.namespace, meta.name)
        return mishap(error, self._plugin, point, _ADVICE, subject)

    def _fail(self, words: str, error: BaseException, point: str, pod: Any) -> PluginError:
        found = self._mishap(error, point, pod)
        return PluginError(words.format(name=self.name, error=found.where), found)

    # Points

    def _hint(self, event: str, hint: Callable[..., Any]) -> Callable[..., bool]:
        def asked(pod: PodInfo, old: Any, new: Any) -> bool:
            try:
                return bool(hint(pod, old, new))
            except BaseException as error:
                self._report(self._mishap(error, f"events[{event!r}]", pod))
                return True  # in doubt the pod is tried again, as upstream does

        return asked

    def _sort_key(self, own: Callable[..., Any]) -> Callable[..., tuple[int, int]]:
        def key(pod: PodInfo, since: int) -> tuple[int, int]:
            try:
                first, second = own(pod, since)
                return _whole(first), _whole(second)
            except BaseException as error:
                self._report(self._mishap(error, "sort_key", pod))
                return 0, since

        return key

    def _pre_enqueue(self, own: Callable[..., Any]) -> Callable[..., Status | None]:
        def pre_enqueue(pod: PodInfo) -> Status | None:
            try:
                return _status(own(pod))
            except BaseException as error:
                found = self._mishap(error, "pre_enqueue", pod)
                self._report(found)
                return Status(UNSCHEDULABLE_AND_UNRESOLVABLE, (found.where,), self.name)

        return pre_enqueue

    def _pre_filter(self, own: Callable[..., Any]) -> Callable[..., Status | None]:
        def pre_filter(state: Any, pod: PodInfo) -> Status | None:
            try:
                return _status(own(state, pod))
            except BaseException as error:
                words = 'running PreFilter plugin "{name}": {error}'
                raise self._fail(words, error, "pre_filter", pod) from error

        return pre_filter

    def _filter(self, own: Callable[..., Any]) -> Callable[..., Status | None]:
        def filter_(state: Any, pod: PodInfo, node: Any) -> Status | None:
            try:
                found = _status(own(state, pod, node))
            except BaseException as error:
                words = 'running "{name}" filter plugin: {error}'
                raise self._fail(words, error, "filter", pod) from error
            return found if found is None or found.plugin else found._replace(plugin=self.name)

        return filter_

    def _post_filter(self, own: Callable[..., Any]) -> Callable[..., PostFilterResult | None]:
        def post_filter(state: Any, pod: PodInfo, refusals: Any) -> PostFilterResult | None:
            try:
                return _room(own(state, pod, refusals), state)
            except BaseException as error:
                found = self._mishap(error, "post_filter", pod)
                self._report(found)
                return PostFilterResult(Status(UNSCHEDULABLE, (found.where,), self.name))

        return post_filter

    def _pre_score(self, own: Callable[..., Any]) -> Callable[..., Status | None]:
        def pre_score(state: Any, pod: PodInfo, nodes: Any) -> Status | None:
            try:
                return _status(own(state, pod, nodes))
            except BaseException as error:
                words = 'running PreScore plugin "{name}": {error}'
                raise self._fail(words, error, "pre_score", pod) from error

        return pre_score

    def _score(self, own: Callable[..., Any]) -> Callable[..., int]:
        in_range = not hasattr(self._plugin, "normalize")

        def score(state: Any, pod: PodInfo, node: Any) -> int:
            try:
                mark = _whole(own(state, pod, node))
            except BaseException as error:
                words = 'running Score plugins: plugin "{name}" failed with: {error}'
                raise self._fail(words, error, "score", pod) from error
            if in_range:
                self._in_range((mark,), "score", pod)
            return mark

        return score

    def _score_all(self, own: Callable[..., Any]) -> Callable[..., list[int]]:
        in_range = not hasattr(self._plugin, "normalize")

        def score_all(state: Any, pod: PodInfo, nodes: Sequence[Any]) -> list[int]:
            try:
                marks = _marks(own(state, pod, nodes), nodes)
            except BaseException as error:
                words = 'running Score plugins: plugin "{name}" failed with: {error}'
                raise self._fail(words, error, "score_all", pod) from error
            if in_range:
                self._in_range(marks, "score_all", pod)
            return marks

        return score_all

    def _normalize(self, own: Callable[..., Any]) -> Callable[..., list[int]]:
        def normalize(state: Any, nodes: Sequence[Any], raw: Sequence[int]) -> list[int]:
            try:
                marks = _marks(own(state, nodes, raw), nodes)
            except BaseException as error:
                words = 'running Normalize on Score plugins: plugin "{name}" failed with: {error}'
                raise self._fail(words, error, "normalize", _pod(state)) from error
            self._in_range(marks, "normalize", _pod(state))
            return marks

        return normalize

    def _in_range(self, marks: Sequence[int], point: str, pod: Any) -> None:
        for mark in marks:
            if not 0 <= mark <= MAX_NODE_SCORE:
                text = (
                    f'plugin "{self.name}" returns an invalid score {mark}, it should in the '
                    f"range of [0, {MAX_NODE_SCORE}] after normalizing"
                )
                try:
                    nonsense(text)
                except TypeError as error:
                    found = self._mishap(error, point, pod)
                words = f"applying score defaultWeights on Score plugins: {text}"
                raise PluginError(words, found)

    def _pre_flight(self, own: Callable[..., Any]) -> Callable[..., Status | None]:
        def pre_bind_pre_flight(pod: PodInfo) -> Status | None:
            self._unready = ""
            try:
                return _status(own(pod))
            except BaseException as error:
                found = self._mishap(error, "pre_bind_pre_flight", pod)
                self._report(found)
                self._unready = found.where  # pre_bind comes next, and passes it on
                return None

        return pre_bind_pre_flight

    def _pre_bind(self, own: Callable[..., Any]) -> Callable[..., None]:
        def pre_bind(client: Any, pod: PodInfo, node: Any, then: Callable[[str], object]) -> None:
            once = _once(lambda answer: then(str(answer or "")))
            if self._unready:
                once(self._unready)
                return
            try:
                own(client, pod, node, once)
            except BaseException as error:
                found = self._mishap(error, "pre_bind", pod)
                self._report(found)
                once(found.where)

        return pre_bind

    def _bind(self, own: Callable[..., Any]) -> Callable[..., None]:
        def bind(client: Any, pod: PodInfo, node: str, then: Callable[[Response], object]) -> None:
            once = _once(then)
            try:
                own(client, pod, node, once)
            except BaseException as error:
                found = self._mishap(error, "bind", pod)
                self._report(found)
                failed = errors.internal(found.where)
                once(Response(failed.code, failed.status))

        return bind


_POINTS: dict[str, Callable[[GuestPlugin, Any], Callable[..., Any]]] = {
    "sort_key": GuestPlugin._sort_key,
    "pre_enqueue": GuestPlugin._pre_enqueue,
    "pre_filter": GuestPlugin._pre_filter,
    "filter": GuestPlugin._filter,
    "post_filter": GuestPlugin._post_filter,
    "pre_score": GuestPlugin._pre_score,
    "score": GuestPlugin._score,
    "score_all": GuestPlugin._score_all,
    "normalize": GuestPlugin._normalize,
    "pre_bind_pre_flight": GuestPlugin._pre_flight,
    "pre_bind": GuestPlugin._pre_bind,
    "bind": GuestPlugin._bind,
}
"""Which method of a plugin is called through what."""


def _pod(state: Any) -> Any:
    return getattr(state, "pod", None)


def _once(then: Callable[[Any], object]) -> Callable[[Any], object]:
    """``then``, for the first answer only."""
    waiting = [then]
    return lambda answer: waiting.pop()(answer) if waiting else None


def _status(answer: Any) -> Status | None:
    if answer is None or isinstance(answer, Status) and isinstance(answer.reasons, tuple | list):
        return answer
    nonsense(f"it returned {shown(answer)}: None for success, or Status(code, (reason,), name)")


def _whole(mark: Any) -> int:
    if isinstance(mark, bool) or not isinstance(mark, int):
        nonsense(f"a score is a whole number, not {shown(mark)}")
    return mark


def _marks(answer: Any, nodes: Sequence[Any]) -> list[int]:
    if not isinstance(answer, list | tuple) or len(answer) != len(nodes):
        nonsense(f"one score for each of {len(nodes)} nodes is needed, not {shown(answer)}")
    return [_whole(mark) for mark in answer]


def _room(answer: Any, state: Any) -> PostFilterResult | None:
    """What PostFilter may propose: a node that is there, and pods on it."""
    if answer is None:
        return None
    if not isinstance(answer, PostFilterResult):
        nonsense(f"it returned {shown(answer)}: None, or a PostFilterResult")
    node = answer.nominated_node
    if node and node not in state.snapshot.by_name:
        nonsense(f"there is no node {shown(node)} to nominate")
    if not all(isinstance(victim, PodInfo) for victim in answer.victims):
        nonsense(f"victims are PodInfos, not {shown(answer.victims)}")
    if answer.victims and not node:
        nonsense("victims need a nominated_node")
    _status(answer.status)
    return answer
