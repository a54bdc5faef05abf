"""``kubectl create -f`` and the small commands that make one object of a kind.

Models pkg/cmd/create.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelite.apimachinery.errors import StatusError
from kubelite.kubectl import output, writing
from kubelite.kubectl.client import Client
from kubelite.kubectl.failures import about_source
from kubelite.kubectl.files import checked
from kubelite.kubectl.flags import SWITCH, Flag, Given
from kubelite.kubectl.resources import FILES, SELECTOR, Info, built
from kubelite.kubectl.result import CommandError, usage_error

Document = dict[str, Any]

COMMON = (
    *output.FLAGS,
    writing.DRY_RUN,
    writing.VALIDATE,
    writing.SAVE_CONFIG,
    writing.managed_by("kubectl-create"),
)
FLAGS = (*COMMON, *FILES, SELECTOR, Flag("edit", SWITCH), Flag("raw"), Flag("windows-line-endings"))


def create(client: Client, given: Given) -> None:
    """Create everything that files describe."""
    if given.words:
        raise usage_error(given.path, f"Unexpected args: [{' '.join(given.words)}]")
    if not given["filename"] and not given["kustomize"]:
        raise CommandError("must specify one of -f and -k")
    mode = writing.dry_run(client, given)
    write = writing.printer(client, given, mode)

    def one(info: Info) -> None:
        body = info.wanted or {}
        try:
            made = writing.create(client, given, info.kind, body, info.namespace, mode)
        except StatusError as error:
            raise about_source("creating", info.source, error) from error
        write(made, "created")

    checked(client, given)
    if not built(client, given).visit(one):
        raise CommandError("no objects passed to create")


Maker = Callable[[Client, Given, str], Document]


def typed(make: Maker, cluster_scoped: bool = False) -> Callable[[Client, Given], None]:
    """A verb that creates what ``make`` makes of a name and flags."""

    def run(client: Client, given: Given) -> None:
        if len(given.words) != 1:
            count = len(given.words)
            raise usage_error(given.path, f"exactly one NAME is required, got {count}")
        mode = writing.dry_run(client, given)
        body = make(client, given, given.words[0])
        if client.namespace_given and not cluster_scoped:
            body["metadata"]["namespace"] = client.namespace
        finish(client, given, body, mode)

    return run


def finish(client: Client, given: Given, body: Document, mode: str) -> None:
    """Create an object and say so. Raises StatusError."""
    kind = client.scheme.by_kind(body["apiVersion"], body["kind"])
    place = client.place(kind)
    try:
        made = writing.create(client, given, kind, body, place, mode)
    except StatusError as error:
        type = body["spec"]["type"] if kind.kind == "Service" else ""
        raise failed(error, kind.kind, type) from error
    writing.printer(client, given, mode)(made, "created")


def failed(error: StatusError, kind: str, service: str) -> Exception:
    """``error: failed to create ...``, as the small commands say it."""
    noun = f"{service} service" if service else _NOUNS.get(kind)
    return CommandError(f"failed to create {noun}: {error.status.message}") if noun else error


_NOUNS = {
    "ConfigMap": "configmap",
    "Secret": "secret",
    "Deployment": "deployment",
    "Job": "job",
    "CronJob": "cronjob",
    "ServiceAccount": "serviceaccount",
    "ResourceQuota": "resourcequota",
    "PriorityClass": "priorityclass",
    "PodDisruptionBudget": "poddisruptionbudgets",
    "Ingress": "ingress",
    "RoleBinding": "rolebinding",
    "ClusterRoleBinding": "clusterrolebinding",
}
