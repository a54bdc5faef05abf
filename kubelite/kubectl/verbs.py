"""The table of verbs: what each is called, which flags it knows, and the function that does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import Flag, Given


class Verb(NamedTuple):
    """One command. ``run`` writes through the client; it raises what ``failures`` can say."""

    run: Callable[[Client, Given], None]
    flags: tuple[Flag, ...] = ()
    required: tuple[str, ...] = ()
    """Flags that must be given."""


def table() -> dict[str, Verb]:
    """Every verb by its name; "rollout status" is a verb of its own."""
    from kubelite.kubectl import (
        apply,
        attaching,
        certificate,
        comparing,
        containers,
        copying,
        create,
        creating,
        delete,
        discovering,
        expose,
        forwarding,
        get,
        kustomizing,
        labels,
        lastapplied,
        looking,
        nodes,
        patching,
        scale,
        setting,
        waiting,
    )

    return {
        "get": Verb(get.get, get.FLAGS),
        "create": Verb(create.create, create.FLAGS),
        **{f"create {name}": Verb(*row) for name, row in creating.TABLE.items()},
        "delete": Verb(delete.delete, delete.FLAGS),
        "apply": Verb(apply.apply, apply.FLAGS),
        "apply view-last-applied": Verb(lastapplied.view, lastapplied.VIEW),
        "apply set-last-applied": Verb(lastapplied.remember, lastapplied.SET),
        "patch": Verb(patching.patch, patching.PATCH),
        "replace": Verb(patching.replace, patching.REPLACE),
        "edit": Verb(patching.edit, patching.EDIT),
        "label": Verb(labels.label, labels.LABEL),
        "annotate": Verb(labels.annotate, labels.ANNOTATE),
        "scale": Verb(scale.scale, scale.FLAGS, ("replicas",)),
        "autoscale": Verb(scale.autoscale, scale.AUTOSCALE, ("max",)),
        "expose": Verb(expose.expose, expose.EXPOSE),
        "run": Verb(expose.run, expose.RUN, ("image",)),
        "set image": Verb(setting.image, setting.IMAGE),
        "set env": Verb(setting.env, setting.ENV),
        "set resources": Verb(setting.resources, setting.RESOURCES),
        "set selector": Verb(setting.selector, setting.SELECTED),
        "set serviceaccount": Verb(setting.account, setting.ACCOUNT),
        "taint": Verb(nodes.taint, nodes.TAINT),
        "cordon": Verb(nodes.cordon, nodes.CORDON),
        "uncordon": Verb(nodes.uncordon, nodes.CORDON),
        "drain": Verb(nodes.drain, nodes.DRAIN),
        "logs": Verb(containers.logs, containers.LOGS),
        "exec": Verb(containers.run_in, containers.EXEC),
        "attach": Verb(attaching.attach, attaching.FLAGS),
        "cp": Verb(copying.copy, copying.FLAGS),
        "port-forward": Verb(forwarding.forward, forwarding.FLAGS),
        "wait": Verb(waiting.wait, waiting.FLAGS),
        "diff": Verb(comparing.diff, comparing.FLAGS),
        "api-resources": Verb(discovering.resources, discovering.RESOURCES),
        "api-versions": Verb(discovering.versions),
        "kustomize": Verb(kustomizing.kustomize, kustomizing.FLAGS),
        "version": Verb(discovering.version, discovering.VERSION),
        "set subject": Verb(setting.subject, setting.SUBJECT),
        "certificate approve": Verb(certificate.approve, certificate.FLAGS),
        "certificate deny": Verb(certificate.deny, certificate.FLAGS),
        **looking.table(),
    }
