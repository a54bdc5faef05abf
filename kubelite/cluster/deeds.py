"""What was done to a cluster from outside, and when: enough to do all of it again.

A run is decided by its seed and by what came from outside: the learner's calls, and writes over
HTTP. Two lists are kept of these. ``Deed`` is for people: one line for each call, as kubectl says
it where kubectl can. ``Act`` is for ``branching``: each request that writes, at the API server's
door, and each call that goes past that door, with the place in the run at which it came.
That virtual time passed is no deed: each has its moment.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from kubelite.apimachinery.rest import Request, Response, User
from kubelite.apimachinery.struct import replace
from kubelite.cluster.commands import COMMANDS, called
from kubelite.cluster.meaning import check_call
from kubelite.sim.clock import SECOND, Clock
from kubelite.sim.trace import Trace

if TYPE_CHECKING:
    from kubelite.apiserver import APIServer
    from kubelite.cluster.cluster import Cluster
    from kubelite.cluster.load import Load

_READS = {"get", "list", "watch"}
_REVIEWS = ("authorization.k8s.io", "authentication.k8s.io")  # asked by a create, never stored

# DOC: deeds-table
WHOLE = (
    *("add_node", "kill_node", "start_node", "shut_down_node", "replace_node"),
    *("stop_component", "start_component", "apply_infrastructure", "configure_encryption"),
    *("autoscale_nodes", "deschedule", "stop_descheduling"),
    *("exec", "request", "send_request", "outside_name", "load"),
)
"""Calls that go past the API server's door: they are done again as they were called."""

ASKING = (
    *("apply", "scale", "patch", "delete", "rollout_undo", "autoscale", "resize", "debug"),
    *("cordon", "uncordon", "drain", "create_token", "rewrite", "kubectl"),
)
"""Calls that change things by requests only: the requests are sent again, not the call made.

So a file that was applied may have changed since, and time that passes in a call is no matter.
"""

SILENT = ("send_request",)
"""Not told among the deeds: traffic comes by the thousand."""


class Deed(NamedTuple):
    """One thing done to a cluster: ``call`` as in Python, ``command`` as with kubectl, or ""."""

    when: int
    seconds: float
    call: str
    command: str

    def __str__(self) -> str:
        return self.command or self.call


class Deeds(tuple[Deed, ...]):
    """Deeds, oldest first, that show themselves one a line: the seconds, and what was done."""

    def __repr__(self) -> str:
        return "\n".join(f"{deed.seconds:10.1f} s  {deed}" for deed in self) or "nothing was done"


class Act(NamedTuple):
    """What is done again, and where in the run it came.

    ``events`` is how many events of the clock had been run, -1 if that cannot be relied on;
    ``entries`` how many entries the trace had; ``settled`` whether nothing else was due.
    """

    when: int
    events: int
    entries: int
    settled: bool
    again: Callable[[Cluster], object]


class Book:
    """The record of one cluster. ``zero`` is the moment from which seconds count."""

    def __init__(self, clock: Clock, trace: Trace):
        self.deeds: list[Deed] = []
        self.acts: list[Act] = []
        self.zero = clock.now
        self.closed = True  # nothing is written down: while the cluster is made, and by replays
        self.lost: tuple[int, str] | None = None  # since when, and by what, it is incomplete
        self._clock = clock
        self._trace = trace
        self._foreign = False  # events ran that will not be there again
        self._telling = False  # within a call that is told already
        self._whole = False  # within a call that is done again as a whole

    def open(self, zero: int, resumed: bool) -> None:
        """The cluster is ready: from here on what is done comes from outside."""
        self.zero, self.closed = zero, False
        if resumed:
            self.lost = zero, "it came back from a file, and what was done before is not known"

    def told(self, call: str, command: str) -> None:
        """Write down a deed for people."""
        now = self._clock.now
        self.deeds.append(Deed(now, (now - self.zero) / SECOND, call, command))

    def act(self, again: Callable[[Cluster], object]) -> None:
        """Write down what is to be done again at this place of the run."""
        if self.closed or self._whole:
            return
        self.acts.append(self.here(again))

    def here(self, again: Callable[[Cluster], object]) -> Act:
        """This place of the run."""
        clock = self._clock
        if clock.running:  # somebody's own callback on the clock
            self._foreign = True
        due = clock.next_due()
        settled = not clock.running and (due is None or due > clock.now)
        events = -1 if self._foreign else clock.events_run
        return Act(clock.now, events, len(self._trace.entries), settled, again)

    def asked(self, request: Request) -> None:
        """A request has come to the door."""
        if self.closed or self._whole or request.verb in _READS:
            return
        if request.resource.endswith(_REVIEWS):
            return
        kept = request
        if isinstance(request.body, dict | list):  # the caller may go on to change it
            kept = replace(request, body=_copied(request.body))
        self.act(lambda cluster: cluster.api.handle(kept))
        if not self._telling and not request.dry_run:
            self.told(*_words(request))

    def load_set(self, load: Load, rate: float) -> None:
        """Somebody who holds a load gives it another rate."""
        if self.closed or self._whole:
            return
        place = load.service, rate, load.key.partition("/")[0], load.port
        self.act(lambda cluster: cluster.load(*place))
        self.told(f"load({load.service!r}).set({rate:g})", "")

    def forget(self, what: str) -> None:
        """From now on something happens that cannot be done again."""
        if not (self.closed or self._whole or self.lost):
            self.lost = self._clock.now, what

    def call(
        self, cluster: Cluster, name: str, method: Callable[..., Any], args: Any, options: Any
    ) -> Any:
        """Make a learner's call, and write it down first: what fails was tried, too."""
        if self.closed or self._whole:
            return method(cluster, *args, **options)
        user = getattr(cluster.api, "user", None)
        before = self._telling, self._whole
        if name in WHOLE:
            self.act(_again(name, user, *_as_now(args, options)))
        place = len(self.deeds)
        if not self._telling and name not in SILENT:
            self.told(called(name, args, options, user), "")
        self._telling, self._whole = True, name in WHOLE
        mark = len(self.acts)
        try:
            return method(cluster, *args, **options)
        finally:
            self._telling, self._whole = before
            if not self._telling and name not in SILENT:
                self._finish(place, name, args, options, user, asked=len(self.acts) > mark)

    def _finish(
        self, place: int, name: str, args: Any, options: Any, user: User | None, asked: bool
    ) -> None:
        """Add kubectl's words once it is known what came of the call; what only read is no deed."""
        if name in ASKING and not asked:
            del self.deeds[place]
            return
        command = COMMANDS[name](*args, **options) if name in COMMANDS else ""
        if command and user is not None:
            command += f" --as={user.name}"
        self.deeds[place] = self.deeds[place]._replace(command=command)


def _again(name: str, user: User | None, args: Any, options: Any) -> Callable[[Cluster], object]:
    def again(cluster: Cluster) -> object:
        asker = cluster if user is None else cluster._as(user)
        return getattr(asker, name)(*args, **options)

    return again


def _as_now(args: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, Any]:
    """Arguments as they are now; who waits for an answer is not told of it a second time."""
    kept = tuple(_nobody if callable(one) else deepcopy(one) for one in args)
    return kept, {k: _nobody if callable(v) else deepcopy(v) for k, v in options.items()}


def _copied(body: Any) -> Any:
    """A copy, unless it is nested so deeply that the server will refuse it anyway."""
    try:
        return deepcopy(body)
    except RecursionError:
        return body


def _nobody(*_: Any) -> None:
    """Takes an answer and does nothing with it."""


def _words(request: Request) -> tuple[str, str]:
    """A bare request in words: nobody's call is known for it."""
    body = request.body
    meta = body.get("metadata") if isinstance(body, dict) else getattr(body, "metadata", None)
    named = meta.get("name", "") if isinstance(meta, dict) else getattr(meta, "name", "")
    name = request.name or str(named or "")
    what = "/".join(filter(None, (request.resource, name, request.subresource)))
    where = f" in {request.namespace}" if request.namespace not in ("", "default") else ""
    who = f" by {request.component}" if request.component not in ("", "you") else ""
    return f"{request.verb} {what}{where}{who}", ""


class Door:
    """The API server as whoever is outside meets it: what they write is written down."""

    def __init__(self, server: APIServer, book: Book):
        self.__dict__["_server"] = server
        self.__dict__["_book"] = book

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in vars(Door):
            self.__dict__[name] = value
        else:
            setattr(self._server, name, value)

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        self._book.asked(request)
        answer: Response = self._server.handle(request)
        return answer


def record(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of a cluster that is written down when somebody calls it from outside."""

    @wraps(method)
    def recorded(cluster: Cluster, *args: Any, **options: Any) -> Any:
        check_call(method, cluster, *args, **options)
        return cluster._book.call(cluster, name, method, args, options)

    return recorded


def record_all(cluster: type[Cluster]) -> type[Cluster]:
    """Have all of a class's deeds written down."""
    for name in (*WHOLE, *ASKING):
        if (method := getattr(cluster, name, None)) is not None:
            setattr(cluster, name, record(name, cast(Callable[..., Any], method)))
    cluster.connect = _lost(cluster.connect)  # type: ignore[method-assign]
    return cluster


def _lost(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def lost(cluster: Cluster, *args: Any, **options: Any) -> Any:
        cluster._book.forget("a connection was opened: what is sent over it is not written down")
        return method(cluster, *args, **options)

    return lost
