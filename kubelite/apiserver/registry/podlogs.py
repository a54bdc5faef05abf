"""The subresources ``log`` and ``exec``: the API server passes them on to a pod's kubelet.

Models pkg/registry/core/pod/rest/{log,subresources}.go and strategy.go (LogLocation).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from kubelite.api.core_v1 import Pod
from kubelite.api.podoptions import PodExecOptions, PodLogOptions
from kubelite.apimachinery import errors
from kubelite.apimachinery.strict import decode_strict


class NodeAgent(Protocol):
    """What the API server asks of a kubelet. Raises ValueError for what a client did wrong."""

    def container_logs(self, pod: Pod, options: PodLogOptions) -> str:
        """A container's output."""
        ...

    def run_in_container(
        self, pod: Pod, options: PodExecOptions, then: Callable[[Any], object]
    ) -> None:
        """Run a command; ``then`` gets its result."""
        ...


class Exec:
    """A command that has been begun: ``result`` is None until it has ended."""

    def __init__(self) -> None:
        self.result: Any = None
        self._then: Callable[[Any], object] | None = None

    def then(self, action: Callable[[Any], object]) -> None:
        """Call ``action`` with the result, now or when it is there."""
        self._then = action
        if self.result is not None:
            action(self.result)

    def end(self, result: Any) -> None:
        """The command has ended."""
        self.result = result
        if self._then is not None:
            self._then(result)


def read_log(pod: Pod, body: Any, agent: NodeAgent | None) -> str:
    """The text of a log. Raises StatusError 400 or 500."""
    options = decode_strict(PodLogOptions, body) if isinstance(body, dict) else body
    options = options or PodLogOptions()
    name = _container(pod, options.container)
    try:
        return _reached(pod, agent).container_logs(pod, _named(options, name))
    except ValueError as wrong:
        raise errors.bad_request(str(wrong)) from wrong


def begin_exec(pod: Pod, body: Any, agent: NodeAgent | None) -> Exec:
    """A command under way. Raises StatusError 400 or 500."""
    options = decode_strict(PodExecOptions, body) if isinstance(body, dict) else body
    if not isinstance(options, PodExecOptions) or not options.command:
        raise errors.bad_request("you must specify at least 1 command for the container")
    name = _container(pod, options.container)
    running = Exec()
    try:
        _reached(pod, agent).run_in_container(pod, _named(options, name), running.end)
    except ValueError as wrong:
        raise errors.bad_request(str(wrong)) from wrong
    return running


def _named(options: Any, container: str) -> Any:
    return type(options)(
        **{field: getattr(options, field) for field in options.__struct_fields__}
        | {"container": container}
    )


def _container(pod: Pod, asked: str) -> str:
    """The container that is meant. Raises StatusError 400."""
    spec, meta = pod.spec, pod.metadata
    inits, mains = [c.name for c in spec.init_containers], [c.name for c in spec.containers]
    if asked:
        if asked in (*inits, *mains, *[c.name for c in spec.ephemeral_containers]):
            return asked
        raise errors.bad_request(f"container {asked} is not valid for pod {meta.name}")
    if len(mains) == 1:
        return mains[0]
    text = f"a container name must be specified for pod {meta.name}, choose one of: "
    text += f"[{' '.join(mains)}]"
    if inits:
        text += f" or one of the init containers: [{' '.join(inits)}]"
    raise errors.bad_request(text)


def _reached(pod: Pod, agent: NodeAgent | None) -> NodeAgent:
    if not pod.spec.node_name:
        raise errors.bad_request(f"pod {pod.metadata.name} does not have a host assigned")
    if agent is None:
        cause = f"dial tcp: lookup {pod.spec.node_name}: i/o timeout"
        raise errors.failure(500, "InternalError", f"Internal error occurred: {cause}")
    return agent
