"""``kubectl delete``. Models pkg/cmd/delete/delete.go."""

from __future__ import annotations

from typing import Any

from kubelite.apimachinery.errors import StatusError
from kubelite.kubectl import writing
from kubelite.kubectl.client import Client
from kubelite.kubectl.failures import about_source
from kubelite.kubectl.flags import DURATION, NUMBER, SWITCH, TEXT, Flag, Given
from kubelite.kubectl.resources import EVERY_NAMESPACE, FILES, SELECTOR, Info, built
from kubelite.kubectl.result import CommandError, Failures

FLAGS = (
    *FILES,
    SELECTOR,
    EVERY_NAMESPACE,
    writing.DRY_RUN,
    Flag("all", SWITCH),
    Flag("cascade", TEXT, "background", alone="background"),
    Flag("field-selector"),
    Flag("force", SWITCH),
    Flag("grace-period", NUMBER, -1),
    Flag("ignore-not-found", SWITCH),
    Flag("interactive", SWITCH, short="i"),
    Flag("now", SWITCH),
    Flag("output", TEXT, short="o"),
    Flag("raw"),
    Flag("timeout", DURATION),
    Flag("wait", SWITCH, True),
)
_WEEK = 168 * 3600.0
_CASCADES = {"background": "Background", "foreground": "Foreground", "orphan": "Orphan"}
_NO_CONFIRMATION = (
    "Warning: Immediate deletion does not wait for confirmation that the running resource has been "
    "terminated. The resource may continue to run on the cluster indefinitely."
)


def delete(client: Client, given: Given) -> None:
    """Delete objects, and wait until they are gone."""
    mode = writing.dry_run(client, given)
    policy, grace, wait = _cascade(client, given), given["grace-period"], given["wait"]
    if given["output"] not in ("", "name"):
        form = given["output"]
        raise CommandError(f"unexpected -o output mode: {form}. We only support '-o name'")
    if given["now"]:
        if grace != -1:
            raise CommandError("--now and --grace-period cannot be specified together")
        grace = 1
    if given["all"] and given["selector"]:
        raise CommandError("cannot set --all and --selector at the same time")
    if given["all"] and given["field-selector"]:
        raise CommandError("cannot set --all and --field-selector at the same time")
    if grace == 0 and not given["force"]:
        grace = 1  # zero is meant with --force only
    if given["force"] and grace < 0:
        grace = 0
    if given["force"] and grace > 0:
        raise CommandError("--force and --grace-period greater than 0 cannot be specified together")
    if grace == 0:
        client.warn(_NO_CONFIRMATION)
        wait = wait if given.has("wait") else False
    operation = writing.after("force deleted" if grace == 0 else "deleted", mode)
    options: dict[str, Any] = {"propagation_policy": policy, "dry_run": mode == writing.SERVER}
    if grace >= 0:
        options["grace_period_seconds"] = grace
    gone = _delete_all(client, given, options, operation, mode)
    if wait and mode == writing.NONE:
        _await(client, gone, given["timeout"] or _WEEK)


def _cascade(client: Client, given: Given) -> str:
    asked = given["cascade"]
    if asked in ("true", "false"):
        meant = "background" if asked == "true" else "orphan"
        client.warn(
            f"warning: --cascade={asked} is deprecated (boolean value) and can be replaced with "
            f"--cascade={meant}."
        )
        return _CASCADES[meant]
    if asked not in _CASCADES:
        raise CommandError(
            f'invalid cascade value ({asked}). Must be "background", "foreground", or "orphan"'
        )
    return _CASCADES[asked]


def _delete_all(
    client: Client, given: Given, options: dict[str, Any], operation: str, mode: str
) -> list[tuple[Info, str]]:
    """Delete each, and say so; what was deleted, with the uids."""
    gone: list[tuple[Info, str]] = []
    warn_of_scope = client.namespace_given and not given["all-namespaces"]

    def one(info: Info) -> None:
        nonlocal warn_of_scope
        if warn_of_scope and not info.kind.namespaced:
            client.warn(
                "Warning: deleting cluster-scoped resources, not scoped to the provided namespace"
            )
            warn_of_scope = False
        if mode != writing.CLIENT:
            try:
                if not info.name:
                    raise CommandError("resource name may not be empty")
                found = client.delete(info.kind, info.name, info.namespace, **options)
            except (StatusError, CommandError) as error:
                if given["ignore-not-found"] and getattr(error, "code", 0) == 404:
                    return
                raise about_source("deleting", info.source, error) from error
            gone.append((info, found.metadata.uid))
        if given["output"] == "name":
            client.say(info.title)
            return
        kind = info.title.partition("/")[0]
        place = f" from {info.namespace} namespace" if info.namespace else ""
        client.say(f'{kind} "{info.name}" {operation.replace("deleted", f"deleted{place}")}')

    builder = built(client, given, retrieve=False)
    try:
        if not builder.visit(one):
            client.say("No resources found")
    except Failures as failures:
        if mode == writing.NONE and given["wait"] and not gone:
            raise
        raise failures from None
    return gone


def _await(client: Client, gone: list[tuple[Info, str]], seconds: float) -> None:
    """Let time pass until none of them is there. Raises CommandError for those that stay."""
    deadline = client.now + round(seconds * 1_000_000)
    for info, uid in gone:

        def over(info: Info = info, uid: str = uid) -> bool:
            found = client.find(info.kind, info.name, info.namespace)
            return found is None or found.metadata.uid != uid

        left = max(deadline - client.now, 0) / 1_000_000
        if not client.run_until(over, left):
            raise CommandError(
                f"timed out waiting for the condition on {info.kind.plural}/{info.name}"
            )
