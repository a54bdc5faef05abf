"""The subresources ``exec``, ``attach`` and ``portforward``: the API server joins the two ends.

Models pkg/registry/core/pod/rest/subresources.go and strategy.go (ExecLocation and siblings).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from kubelite.api.core_v1 import Pod
from kubelite.api.podoptions import PodAttachOptions, PodExecOptions
from kubelite.apimachinery import errors
from kubelite.apimachinery.strict import decode_strict
from kubelite.apiserver.registry.podlogs import NodeAgent, container_of, named, reached

STREAMS = ("exec", "attach", "portforward")

Deliver = Callable[[str, str], object]
"""Takes output: which stream, and the text."""


class Stream:
    """A command, or a container that is listened to: ``result`` is None until it has ended.

    ``session`` is the way in: ``type``, ``end_input``, ``resize`` and ``hang_up``.
    """

    session: Any

    def __init__(self) -> None:
        self.result: Any = None
        self._held: list[tuple[str, str]] = []
        self._deliver: Deliver | None = None
        self._then: Callable[[Any], object] | None = None

    def listen(self, deliver: Deliver) -> None:
        """Pass on the output: all that was written already, and each piece from now on."""
        self._deliver = deliver
        held, self._held = self._held, []
        for stream, text in held:
            deliver(stream, text)

    def then(self, action: Callable[[Any], object]) -> None:
        """Call ``action`` with the result, now or when it is there."""
        self._then = action
        if self.result is not None:
            action(self.result)

    def write(self, stream: str, text: str) -> None:
        """The process has written."""
        if self._deliver is not None:
            self._deliver(stream, text)
        else:
            self._held.append((stream, text))

    def end(self, result: Any) -> None:
        """The process has ended; whoever has not listened finds its output in the result."""
        self.result = result._replace(output="".join([text for _, text in self._held]))
        if self._then is not None:
            self._then(self.result)


class Tunnel:
    """The way to the ports of one pod."""

    def __init__(self, pod: Pod, agent: NodeAgent):
        self._pod = pod
        self._agent = agent

    def ask(self, port: int, request: Any, then: Callable[[Any], object]) -> None:
        """One request to a port of the pod; ``then`` gets the reply, with its error if any."""
        self._agent.streams.port_forward(self._pod, port, request, then)


def refuse(part: str, pod: Pod, container: str, agent: NodeAgent | None) -> NoReturn:
    """Say what is wrong with a request that asks for no upgrade. Raises StatusError, always."""
    streams = reached(pod, agent).streams
    if part != "portforward":
        try:
            streams.check(pod, container_of(pod, container))
        except ValueError as wrong:
            raise errors.bad_request(str(wrong)) from wrong
    raise errors.bad_request("Upgrade request required")


def begin(part: str, pod: Pod, body: Any, agent: NodeAgent | None) -> Stream | Tunnel:
    """A stream under way. Raises StatusError 400 or 500."""
    if part == "portforward":
        return Tunnel(pod, reached(pod, agent))
    kind = PodExecOptions if part == "exec" else PodAttachOptions
    options: Any = decode_strict(kind, body) if isinstance(body, dict) else body
    if part == "exec" and not (isinstance(options, PodExecOptions) and options.command):
        raise errors.bad_request("you must specify at least 1 command for the container")
    options = named(options or PodAttachOptions(), container_of(pod, options.container))
    stream = Stream()
    streams = reached(pod, agent).streams
    try:
        opened = streams.exec if part == "exec" else streams.attach
        stream.session = opened(pod, options, stream)
    except ValueError as wrong:
        raise errors.bad_request(str(wrong)) from wrong
    return stream
