"""``kubectl attach``: listening to a container's own process, and typing to it.

Models pkg/cmd/attach/attach.go.
"""

from __future__ import annotations

from kubelite.kubectl.client import Client
from kubelite.kubectl.containers import containers_of, info_of, pod_of, single
from kubelite.kubectl.flags import DURATION, SWITCH, TEXT, Flag, Given
from kubelite.kubectl.result import CommandError, usage_error
from kubelite.kubelet.runtime.logs import STDERR

FLAGS = (
    Flag("container", TEXT, short="c"),
    Flag("detach-keys", TEXT, "ctrl-p,ctrl-q"),
    Flag("pod-running-timeout", DURATION, 60.0),
    Flag("quiet", SWITCH, short="q"),
    Flag("stdin", SWITCH, short="i"),
    Flag("tty", SWITCH, short="t"),
)
_RECORDED = (
    "All commands and output from this session will be recorded in container logs, including "
    "credentials and sensitive information passed through the command prompt.\n"
    "If you don't see a command prompt, try pressing enter."
)


def attach(client: Client, given: Given) -> None:
    """Print what a process writes from now on, until it ends or the patience does."""
    words = given.words
    if given["pod-running-timeout"] <= 0:
        raise usage_error(given.path, "--pod-running-timeout must be higher than zero")
    if not words:
        raise CommandError("at least 1 argument is required for attach")
    if len(words) > 2:
        raise CommandError(
            f"expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw {len(words)}: "
            f"[{' '.join(words)}]"
        )
    info = info_of(client, "/".join(words))
    pod = pod_of(client, info, given["pod-running-timeout"], what="attach to")
    if pod.status.phase in ("Succeeded", "Failed"):
        raise CommandError(
            f"cannot attach a container in a completed pod; current phase is {pod.status.phase}"
        )
    name = _container(client, given, pod)
    if not given["quiet"]:
        client.warn(_RECORDED)
    listen(client, pod, name, client.stdin if given["stdin"] else "")


def _container(client: Client, given: Given, pod: object) -> str:
    said = len(client.err)
    try:
        (name,) = containers_of(client, single(given), pod, given["container"])
    except CommandError as error:
        raise CommandError(f"cannot attach to the container: {error}") from error
    if given["quiet"]:
        del client.err[said:]
    spec = pod.spec  # type: ignore[attr-defined]
    every = (*spec.containers, *spec.init_containers, *spec.ephemeral_containers)
    found = next(one for one in every if one.name == name)
    if given["tty"] and not found.tty and not given["quiet"]:
        client.warn(f"error: Unable to use a TTY - container {name} did not allocate one")
    return name


def listen(client: Client, pod: object, container: str, stdin: str) -> None:
    """Pass the streams of a process through. Raises StatusError and CommandError."""
    meta = pod.metadata  # type: ignore[attr-defined]
    body = {"container": container, "stdin": bool(stdin), "stdout": True, "stderr": True}
    stream = client.ask(
        "create", "pods", meta.namespace, meta.name, subresource="attach", body=body
    ).unwrap()
    stream.listen(lambda name, text: (client.err if name == STDERR else client.out).append(text))
    if stdin:
        stream.session.type(stdin)
        stream.session.end_input()
    client.run_until(lambda: stream.result is not None, client.patience)
    stream.session.hang_up()
    if stream.result is not None and stream.result.error:
        raise CommandError(f"Internal error occurred: {stream.result.error}")
