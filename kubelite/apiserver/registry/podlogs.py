"""The subresource ``log``: the API server passes it on to a pod's kubelet.

Models pkg/registry/core/pod/rest/log.go and strategy.go (LogLocation).
"""

from __future__ import annotations

from typing import Any, Protocol

from kubelite.api.core_v1 import Pod
from kubelite.api.podoptions import PodLogOptions
from kubelite.apimachinery import errors
from kubelite.apimachinery.strict import decode_strict


class NodeAgent(Protocol):
    """What the API server asks of a kubelet. Raises ValueError for what a client did wrong."""

    streams: Any

    def container_logs(self, pod: Pod, options: PodLogOptions) -> str:
        """A container's output."""
        ...


def read_log(pod: Pod, body: Any, agent: NodeAgent | None) -> str:
    """The text of a log. Raises StatusError 400 or 500."""
    options = decode_strict(PodLogOptions, body) if isinstance(body, dict) else body
    options = options or PodLogOptions()
    name = container_of(pod, options.container)
    try:
        return reached(pod, agent).container_logs(pod, named(options, name))
    except ValueError as wrong:
        raise errors.bad_request(str(wrong)) from wrong


def named(options: Any, container: str) -> Any:
    """The options with the container's name."""
    return type(options)(
        **{field: getattr(options, field) for field in options.__struct_fields__}
        | {"container": container}
    )


def container_of(pod: Pod, asked: str) -> str:
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


def reached(pod: Pod, agent: NodeAgent | None) -> NodeAgent:
    """The pod's kubelet. Raises StatusError 400 or 500."""
    if not pod.spec.node_name:
        raise errors.bad_request(f"pod {pod.metadata.name} does not have a host assigned")
    if agent is None:
        cause = f"dial tcp: lookup {pod.spec.node_name}: i/o timeout"
        raise errors.failure(500, "InternalError", f"Internal error occurred: {cause}")
    return agent
