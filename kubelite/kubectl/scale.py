"""``kubectl scale`` and ``kubectl autoscale``. Models pkg/cmd/scale and pkg/cmd/autoscale."""

from __future__ import annotations

from typing import Any

from kubelite.apimachinery.errors import StatusError
from kubelite.apimachinery.quantity import Quantity
from kubelite.kubectl import output, writing
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import DURATION, NUMBER, SWITCH, Flag, Given
from kubelite.kubectl.resources import FILES, SELECTOR, Info, built
from kubelite.kubectl.result import CommandError

Document = dict[str, Any]

FLAGS = (
    *FILES,
    *output.FLAGS,
    SELECTOR,
    writing.DRY_RUN,
    Flag("all", SWITCH),
    Flag("current-replicas", NUMBER, -1),
    Flag("replicas", NUMBER),
    Flag("resource-version"),
    Flag("timeout", DURATION),
)
AUTOSCALE = (
    *FILES,
    *output.FLAGS,
    writing.DRY_RUN,
    writing.SAVE_CONFIG,
    Flag("cpu"),
    Flag("cpu-percent", NUMBER, -1),
    Flag("max", NUMBER, -1),
    Flag("memory"),
    Flag("min", NUMBER, -1),
    Flag("name"),
    writing.managed_by("kubectl-autoscale"),
)
_NO_SCALE = "the server could not find the requested resource"


def scale(client: Client, given: Given) -> None:
    """Ask for another number of replicas."""
    if given["replicas"] < 0:
        raise CommandError(
            "The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0"
        )
    mode = writing.dry_run(client, given)
    write = writing.printer(client, given, mode)

    def one(info: Info) -> None:
        plain = info.plain
        if isinstance(plain.get("spec"), dict):
            plain["spec"]["replicas"] = given["replicas"]
        if mode == writing.CLIENT:
            write(plain, "scaled")
            return
        _check(client, given, info)
        client.patch(
            info.kind,
            info.name,
            {"spec": {"replicas": given["replicas"]}},
            info.namespace,
            "application/merge-patch+json",
            subresource="scale",
            dry_run=mode == writing.SERVER,
        )
        if given["timeout"] and mode == writing.NONE:
            _await(client, given, info)
        write(plain, "scaled")

    if not built(client, given).visit(one):
        raise CommandError("no objects passed to scale")


def _check(client: Client, given: Given, info: Info) -> None:
    """Whether it can be scaled, and is as expected. Raises CommandError or StatusError."""
    answer = client.ask("get", info.kind, info.namespace, info.name, subresource="scale")
    found = answer.unwrap()
    expected, version = given["current-replicas"], given["resource-version"]
    if expected not in (-1, found.spec.replicas):
        raise CommandError(f"Expected replicas to be {expected}, was {found.spec.replicas}")
    if version and version != found.metadata.resource_version:
        now = found.metadata.resource_version
        raise CommandError(f"Expected resource version to be {version}, was {now}")


def _await(client: Client, given: Given, info: Info) -> None:
    def reached() -> bool:
        found = client.ask("get", info.kind, info.namespace, info.name, subresource="scale")
        return bool(found.unwrap().status.replicas == given["replicas"])

    if not client.run_until(reached, given["timeout"]):
        raise CommandError("timed out waiting for the condition")


def autoscale(client: Client, given: Given) -> None:
    """Let a HorizontalPodAutoscaler decide the number of replicas."""
    least, most = given["min"], given["max"]
    if most < 1:
        raise CommandError(f"--max=MAXPODS is required and must be at least 1, max: {most}")
    if most < least:
        raise CommandError(
            f"--max=MAXPODS must be larger or equal to --min=MINPODS, max: {most}, min: {least}"
        )
    mode = writing.dry_run(client, given)
    if given.has("cpu-percent"):
        client.warn(
            "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource "
            "quantity format (e.g., '70%' for utilization or '500m' for milliCPU)."
        )

    def one(info: Info) -> None:
        kind = info.kind
        if "scale" not in kind.subresources:
            raise CommandError(
                f"cannot autoscale a {kind.kind}: could not find scale subresource for "
                f"{kind.group}/{kind.version}, Resource={kind.plural} in discovery information"
            )
        body = _autoscaler(given, info)
        if client.namespace_given:
            body["metadata"]["namespace"] = client.namespace
        _create(client, given, body, mode)

    if not built(client, given).visit(one):
        raise CommandError("no objects passed to autoscale")


def _create(client: Client, given: Given, body: Document, mode: str) -> None:
    kind = client.scheme.by_kind(body["apiVersion"], body["kind"])
    try:
        made = writing.create(client, given, kind, body, client.place(kind), mode)
    except StatusError as error:
        if not given["cpu"] and not given["memory"] and given["cpu-percent"] < 0:
            raise CommandError(
                "failed to create autoscaling/v2 HPA and the configuration is incompatible with "
                "autoscaling/v1: empty input"
            ) from error
        raise
    made["status"] = {"currentMetrics": None, "desiredReplicas": 0} | (made.get("status") or {})
    writing.printer(client, given, mode)(made, "autoscaled")


def _autoscaler(given: Given, info: Info) -> Document:
    reference = {
        "apiVersion": info.kind.api_version,
        "kind": info.kind.kind,
        "name": info.name,
    }
    spec: Document = {"maxReplicas": given["max"], "scaleTargetRef": reference}
    if given["min"] > 0:
        spec["minReplicas"] = given["min"]
    cpu = f"{given['cpu-percent']}%" if given["cpu-percent"] >= 0 else given["cpu"]
    wanted = (("cpu", cpu), ("memory", given["memory"]))
    metrics = [_metric(name, amount) for name, amount in wanted if amount]
    if metrics:
        spec["metrics"] = metrics
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": given["name"] or info.name},
        "spec": spec,
        "status": {"currentMetrics": None, "desiredReplicas": 0},
    }


def _metric(name: str, amount: str) -> Document:
    if amount.endswith("%"):
        target: Document = {"averageUtilization": int(amount[:-1]), "type": "Utilization"}
    else:
        target = {"averageValue": Quantity.parse(amount).wire(), "type": "AverageValue"}
    return {"resource": {"name": name, "target": target}, "type": "Resource"}
