"""``kubectl logs`` and ``kubectl exec``: what happens inside containers.

Models pkg/cmd/logs, pkg/cmd/exec and polymorphichelpers.
"""

from __future__ import annotations

from typing import Any

from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.labels import from_label_selector
from kubelite.apimachinery.times import SECOND, Time
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import DURATION, NUMBER, SWITCH, TEXT, Flag, Given
from kubelite.kubectl.resources import SELECTOR, Builder, Info
from kubelite.kubectl.result import CommandError, usage_error
from kubelite.kubelet.runtime.logs import STDERR

LOGS = (
    SELECTOR,
    Flag("all-containers", SWITCH),
    Flag("all-pods", SWITCH),
    Flag("container", TEXT, short="c"),
    Flag("follow", SWITCH, short="f"),
    Flag("ignore-errors", SWITCH),
    Flag("insecure-skip-tls-verify-backend", SWITCH),
    Flag("limit-bytes", NUMBER),
    Flag("max-log-requests", NUMBER, 5),
    Flag("pod-running-timeout", DURATION, 20.0),
    Flag("prefix", SWITCH),
    Flag("previous", SWITCH, short="p"),
    Flag("since", DURATION),
    Flag("since-time"),
    Flag("tail", NUMBER, -1),
    Flag("timestamps", SWITCH),
)
EXEC = (
    Flag("container", TEXT, short="c"),
    Flag("filename", TEXT, short="f"),
    Flag("pod-running-timeout", DURATION, 60.0),
    Flag("quiet", SWITCH, short="q"),
    Flag("stdin", SWITCH, short="i"),
    Flag("tty", SWITCH, short="t"),
)
_USAGE = (
    "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\n"
    "POD or TYPE/NAME is a required argument for the logs command"
)
_DEFAULT = "kubectl.kubernetes.io/default-container"


def logs(client: Client, given: Given) -> None:
    """Print what containers have written."""
    words = list(given.words)
    if len(words) > 2 or not words and not given["selector"]:
        raise usage_error(given.path, _USAGE)
    container = given["container"]
    if len(words) == 2:
        if container:
            raise usage_error(given.path, "only one of -c or an inline [CONTAINER] arg is allowed")
        container = words[1]
    if given["since"] and given["since-time"]:
        raise CommandError("at most one of `sinceTime` or `sinceSeconds` may be specified")
    if given["selector"]:
        if words:
            raise usage_error(given.path, "only a selector (-l) or a POD name is allowed")
        pods = list(client.listed("pods", client.namespace, given["selector"]).items)
        if not pods:
            client.warn(f"No resources found in {client.namespace} namespace.")
        tail = given["tail"] if given.has("tail") else 10
    else:
        pods = [_one_pod(client, given, words[0])]
        tail = given["tail"]
    for pod in pods:
        for name in containers_of(client, given, pod, container):
            _print_log(client, given, pod, name, tail)


def _one_pod(client: Client, given: Given, word: str) -> Any:
    """The pod that a word means: itself, or one of a workload."""
    try:
        info = info_of(client, word)
    except StatusError as error:
        status = error.status
        raise CommandError(
            f"error from server ({status.reason}): {status.message} in namespace "
            f'"{client.namespace}"'
        ) from error
    return pod_of(client, info, given["pod-running-timeout"], logging=True)


def info_of(client: Client, word: str) -> Info:
    """The object that a word means: a pod, or TYPE/NAME. Raises what went wrong."""
    builder = Builder(client, [word] if "/" in word else ["pods", word], stop_at_first=True)
    errors = builder.gathered()
    if errors:
        raise errors[0]
    return builder.infos[0]


def pod_of(
    client: Client, info: Info, seconds: float, logging: bool = False, what: str = ""
) -> Any:
    """The pod itself, or the one of a workload that has been at work for longest.

    ``what`` is what cannot be done with an object that has no pods.
    """
    if info.kind.kind == "Pod":
        return info.obj
    spec = getattr(info.obj, "spec", None)
    selector = getattr(spec, "selector", None)
    if not selector:
        kind = info.kind
        if what and kind.kind == "Service":
            raise CommandError(
                f"cannot {what} *v1.Service: invalid service '{info.name}': Service is defined "
                "without a selector"
            )
        if what:
            raise CommandError(
                f"cannot {what} {kind.group}/{kind.version}, Kind={kind.kind}: "
                "selector for pods not implemented"
            )
        raise CommandError(
            f"cannot get the logs from {kind.group}/{kind.version}, Kind={kind.kind}: "
            "selector for logs not implemented"
        )
    labels = _as_labels(selector)

    def running() -> bool:
        return bool(client.listed("pods", info.namespace, labels).items)

    if not client.run_until(running, seconds):
        raise CommandError("timed out waiting for the condition")
    listed = client.listed("pods", info.namespace, labels).items
    found = sorted(listed, key=lambda pod: _activity(pod, logging))
    if len(found) > 1 and logging:
        client.warn(f"Found {len(found)} pods, using pod/{found[0].metadata.name}")
    return found[0]


def _as_labels(selector: Any) -> str:
    if isinstance(selector, dict):
        return ",".join(f"{key}={selector[key]}" for key in sorted(selector))
    return str(from_label_selector(selector))


def _activity(pod: Any, logging: bool) -> Any:
    """Assigned, running, ready, long ready, old: those first. Whose logs are read may be restless.

    Times count in seconds, as clients see them.
    """
    order = {"Running": 0, "Unknown": 1, "Pending": 2}
    ready = [c for c in pod.status.conditions if c.type == "Ready" and c.status == "True"]
    restarts = max((s.restart_count for s in pod.status.container_statuses), default=0)
    since = (ready[0].last_transition_time or 0) // SECOND if ready else 0
    created = (pod.metadata.creation_timestamp or 0) // SECOND
    restarts = -restarts if logging else restarts
    phase = order.get(pod.status.phase, 1)
    return (not pod.spec.node_name, phase, not ready, since, restarts, created)


def containers_of(client: Client, given: Given, pod: Any, asked: str) -> list[str]:
    """The names of the containers that are meant. Raises CommandError."""
    spec = pod.spec
    mains = [c.name for c in spec.containers]
    every = [*(c.name for c in spec.init_containers), *mains]
    every += [c.name for c in spec.ephemeral_containers]
    if given["all-containers"]:
        return every
    if asked:
        if asked not in every:
            raise CommandError(
                f"container {asked} is not valid for pod {pod.metadata.name} out of: "
                + _choices(pod)
            )
        return [asked]
    default = pod.metadata.annotations.get(_DEFAULT)
    if default in mains:
        return [default]
    if len(every) > 1:
        client.warn(f'Defaulted container "{mains[0]}" out of: {_choices(pod)}')
    return [mains[0]]


def _choices(pod: Any) -> str:
    spec = pod.spec
    names = [c.name for c in spec.containers]
    names += [f"{c.name} (ephem)" for c in spec.ephemeral_containers]
    return ", ".join([*names, *(f"{c.name} (init)" for c in spec.init_containers)])


def _print_log(client: Client, given: Given, pod: Any, container: str, tail: int) -> None:
    meta = pod.metadata
    prefix = f"[pod/{meta.name}/{container}] " if given["prefix"] else ""
    text = _read(client, given, pod, container, tail)
    client.write(_prefixed(prefix, text))
    if not given["follow"]:
        return
    whole = {"container": container, "timestamps": given["timestamps"]}
    sent = len(_log(client, pod, whole))

    def more() -> bool:
        nonlocal sent
        over = _ended(client, pod, container)
        now = _log(client, pod, whole)
        client.write(_prefixed(prefix, now[sent:]))
        sent = max(sent, len(now))
        return over

    client.run_until(more, client.patience)


def _prefixed(prefix: str, text: str) -> str:
    return "".join(f"{prefix}{line}" for line in text.splitlines(True)) if prefix else text


def _read(client: Client, given: Given, pod: Any, container: str, tail: int) -> str:
    options: dict[str, Any] = {
        "container": container,
        "previous": given["previous"],
        "timestamps": given["timestamps"],
    }
    if tail >= 0:
        options["tailLines"] = tail
    if given["limit-bytes"]:
        options["limitBytes"] = given["limit-bytes"]
    if given["since"]:
        options["sinceSeconds"] = round(given["since"])
    if given["since-time"]:
        try:
            options["sinceTime"] = Time.parse(given["since-time"]).wire()
        except ValueError as error:
            raise CommandError(str(error)) from error
    return _log(client, pod, options)


def _log(client: Client, pod: Any, options: dict[str, Any]) -> str:
    meta = pod.metadata
    answer = client.ask("get", "pods", meta.namespace, meta.name, subresource="log", body=options)
    return str(answer.unwrap())


def _ended(client: Client, pod: Any, container: str) -> bool:
    found = client.find("pods", pod.metadata.name, pod.metadata.namespace)
    if found is None:
        return True
    statuses = (*found.status.init_container_statuses, *found.status.container_statuses)
    return any(s.name == container and s.state.terminated is not None for s in statuses)


def run_in(client: Client, given: Given) -> None:
    """Run a command in a container, and wait for its end."""
    words = list(given.words)
    command = given.after
    if not words and not given["filename"]:
        raise CommandError("pod, type/name or --filename must be specified")
    if len(words) > 1 and command is None:
        raise usage_error(
            given.path,
            "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead",
        )
    if not command:
        raise CommandError("you must specify at least one command for the container")
    pod = pod_of(client, info_of(client, words[0]), given["pod-running-timeout"])
    if pod.status.phase in ("Succeeded", "Failed"):
        phase = pod.status.phase
        raise CommandError(
            f"cannot exec into a container in a completed pod; current phase is {phase}"
        )
    (name,) = containers_of(client, single(given), pod, given["container"])
    if given["tty"]:
        client.warn(_NO_TERMINAL)
    if given["stdin"] and len(command) == 1 and command[0].rpartition("/")[2] in _SHELLS:
        lines = [line for line in client.stdin.splitlines() if line.strip()]
        for line in lines:
            _execute(client, pod, name, ("/bin/sh", "-c", line), last=line is lines[-1])
        return
    _execute(client, pod, name, command)


_SHELLS = ("sh", "bash", "ash")
_NO_TERMINAL = "Unable to use a TTY - input is not a terminal or the right kind of file"


def single(given: Given) -> Given:
    """The same flags, of one container."""
    flags = {**given.flags, "all-containers": False}
    return Given(given.path, given.words, given.after, flags, given.changed)


def _execute(
    client: Client, pod: Any, container: str, command: tuple[str, ...], last: bool = True
) -> None:
    meta = pod.metadata
    body = {"container": container, "command": list(command)}
    running = client.ask(
        "create", "pods", meta.namespace, meta.name, subresource="exec", body=body
    ).unwrap()
    running.listen(lambda name, text: (client.err if name == STDERR else client.out).append(text))
    if not client.run_until(lambda: running.result is not None, 3600):
        raise CommandError("timed out waiting for the condition")
    result = running.result
    if result.error:
        raise CommandError(f"Internal error occurred: {result.error}")
    if result.exit_code and last:
        raise CommandError(
            f"command terminated with exit code {result.exit_code}", result.exit_code, plain=False
        )
