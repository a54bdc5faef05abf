"""``kubectl rollout status``: how far a change has come, until it is done.

Models ``pkg/cmd/rollout/rollout_status.go`` and ``pkg/polymorphichelpers/rollout_status.go``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.api.apps_v1 import DaemonSet, Deployment, StatefulSet
from kubelite.api.conditions import condition
from kubelite.apimachinery.errors import go_quote
from kubelite.apimachinery.rest import DELETED
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import DURATION, NUMBER, SWITCH, Flag, Given
from kubelite.kubectl.resources import FILES, SELECTOR, Info, built
from kubelite.kubectl.result import CommandError

FLAGS = (
    *FILES,
    SELECTOR,
    Flag("watch", SWITCH, True, short="w"),
    Flag("revision", NUMBER),
    Flag("timeout", DURATION),
)
_REVISION = "deployment.kubernetes.io/revision"
_STUCK = "ProgressDeadlineExceeded"

Progress = tuple[str, bool]
"""What is to be said of a rollout, and whether it is done."""


def status(client: Client, given: Given) -> None:
    """Say how far a rollout is, and again after each change until it is done."""
    if not given.words and not given["filename"] and not given["kustomize"]:
        raise CommandError("required resource not specified")
    if given["revision"] < 0:
        raise CommandError(f"revision must be a positive integer: {given['revision']}")
    builder = built(client, given, allow_empty=True, latest=True)
    if not builder.visit(lambda info: _follow(client, given, info)):
        client.warn(f"No resources found in {client.namespace} namespace.")


def _follow(client: Client, given: Given, info: Info) -> None:
    viewer = VIEWERS.get(info.kind.group_kind)
    if viewer is None:
        raise CommandError(f"no status viewer has been implemented for {info.kind.group_kind}")
    revision, done = given["revision"], False

    def say(obj: Any) -> bool:
        text, ended = viewer(obj, revision)
        client.write(text)
        return ended or not given["watch"]

    done = say(info.obj)
    if done:
        return
    name, since = f"metadata.name={info.name}", info.obj.metadata.resource_version
    with client.watch(info.kind, info.namespace, fields=name, since=since) as events:

        def caught_up() -> bool:
            nonlocal done
            while events and not done:
                event = events.pop(0)
                if event.type == DELETED:
                    raise CommandError("object has been deleted")
                done = say(event.object)
            return done

        if not client.run_until(caught_up, given["timeout"] or client.patience):
            raise CommandError("timed out waiting for the condition")


def _deployment(found: Deployment, revision: int) -> Progress:
    spec, now, name = found.spec, found.status, go_quote(found.metadata.name)
    running = int(found.metadata.annotations.get(_REVISION, "0"))
    if revision > 0 and revision != running:
        raise CommandError(
            f"desired revision ({revision}) is different from the running revision ({running})"
        )
    if found.metadata.generation > now.observed_generation:
        return "Waiting for deployment spec update to be observed...\n", False
    progressing = condition(found, "Progressing")
    if progressing is not None and progressing.reason == _STUCK:
        raise CommandError(f"deployment {name} exceeded its progress deadline")
    waiting = f"Waiting for deployment {name} rollout to finish: "
    if spec.replicas is not None and now.updated_replicas < spec.replicas:
        counts = f"{now.updated_replicas} out of {spec.replicas}"
        return f"{waiting}{counts} new replicas have been updated...\n", False
    if now.replicas > now.updated_replicas:
        old = now.replicas - now.updated_replicas
        return f"{waiting}{old} old replicas are pending termination...\n", False
    if now.available_replicas < now.updated_replicas:
        counts = f"{now.available_replicas} of {now.updated_replicas}"
        return f"{waiting}{counts} updated replicas are available...\n", False
    return f"deployment {name} successfully rolled out\n", True


def _daemon_set(found: DaemonSet, revision: int) -> Progress:
    now, name = found.status, go_quote(found.metadata.name)
    if found.spec.update_strategy.type != "RollingUpdate":
        raise CommandError(_ONLY_ROLLING)
    if found.metadata.generation > now.observed_generation:
        return "Waiting for daemon set spec update to be observed...\n", False
    waiting, desired = (
        f"Waiting for daemon set {name} rollout to finish: ",
        now.desired_number_scheduled,
    )
    if now.updated_number_scheduled < desired:
        counts = f"{now.updated_number_scheduled} out of {desired}"
        return f"{waiting}{counts} new pods have been updated...\n", False
    if now.number_available < desired:
        counts = f"{now.number_available} of {desired}"
        return f"{waiting}{counts} updated pods are available...\n", False
    return f"daemon set {name} successfully rolled out\n", True


def _stateful_set(found: StatefulSet, revision: int) -> Progress:
    spec, now = found.spec, found.status
    if spec.update_strategy.type != "RollingUpdate":
        raise CommandError(_ONLY_ROLLING)
    if now.observed_generation == 0 or found.metadata.generation > now.observed_generation:
        return "Waiting for statefulset spec update to be observed...\n", False
    if spec.replicas is not None and now.ready_replicas < spec.replicas:
        return f"Waiting for {spec.replicas - now.ready_replicas} pods to be ready...\n", False
    rolling = spec.update_strategy.rolling_update
    if rolling is not None:
        if spec.replicas is not None and rolling.partition is not None:
            wanted = spec.replicas - rolling.partition
            if now.updated_replicas < wanted:
                counts = f"{now.updated_replicas} out of {wanted} new pods have been updated...\n"
                return f"Waiting for partitioned roll out to finish: {counts}", False
        counts = f"{now.updated_replicas} new pods have been updated...\n"
        return f"partitioned roll out complete: {counts}", True
    if now.update_revision != now.current_revision:
        pods = f"{now.updated_replicas} pods at revision {now.update_revision}...\n"
        return f"waiting for statefulset rolling update to complete {pods}", False
    pods = f"{now.current_replicas} pods at revision {now.current_revision}...\n"
    return f"statefulset rolling update complete {pods}", True


_ONLY_ROLLING = "rollout status is only available for RollingUpdate strategy type"

VIEWERS: dict[str, Callable[[Any, int], Progress]] = {
    "Deployment.apps": _deployment,
    "DaemonSet.apps": _daemon_set,
    "StatefulSet.apps": _stateful_set,
}
"""Who can tell how far a rollout is, by kind; the second argument is the revision asked for."""
