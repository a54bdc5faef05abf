"""``create deployment``, ``create job``, ``create cronjob``."""

from __future__ import annotations

import re
from typing import Any

from kubelite.apimachinery.struct import to_dict
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import EACH, NUMBER, TEXT, Flag, Given
from kubelite.kubectl.result import CommandError

Document = dict[str, Any]

DEPLOYMENT = (
    Flag("image", EACH),
    Flag("port", NUMBER, -1),
    Flag("replicas", NUMBER, 1, short="r"),
)
JOB = (Flag("image"), Flag("from"))
CRONJOB = (Flag("image"), Flag("schedule"), Flag("restart", TEXT))


def deployment(client: Client, given: Given, name: str) -> Document:
    """A Deployment with a container for each image."""
    images, command = given["image"], list(given.after or ())
    if len(images) > 1 and command:
        raise CommandError("cannot specify multiple --image options and command")
    labels = {"app": name}
    containers = [_container(image, _name_of(image), command) for image in images]
    if given["port"] >= 0 and containers:
        containers[0]["ports"] = [{"containerPort": given["port"]}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"labels": labels, "name": name},
        "spec": {
            "replicas": given["replicas"],
            "selector": {"matchLabels": labels},
            "strategy": {},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
        },
        "status": {},
    }


def _name_of(image: str) -> str:
    name = image.rpartition("/")[2]
    return re.sub(r"[:@].*", "", name)


def _container(image: str, name: str, command: list[str]) -> Document:
    container: Document = {"image": image, "name": name, "resources": {}}
    return container | ({"command": command} if command else {})


def job(client: Client, given: Given, name: str) -> Document:
    """A Job of one container, or the next one of a cron job."""
    image, source, command = given["image"], given["from"], list(given.after or ())
    if not (image or source) or (image and source):
        raise CommandError("either --image or --from must be specified")
    if source:
        if command:
            raise CommandError("cannot specify --from and command")
        return _from_cronjob(client, source, name)
    container = _container(image, name, command)
    spec = {"containers": [container], "restartPolicy": "Never"}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"template": {"metadata": {}, "spec": spec}},
        "status": {},
    }


def _from_cronjob(client: Client, source: str, name: str) -> Document:
    word, slash, owner = source.partition("/")
    if not slash or word not in ("cronjob", "cronjobs", "cj", "cronjob.batch", "cronjobs.batch"):
        raise CommandError(f"from must be an existing cronjob: {source}")
    found = to_dict(client.get("cronjobs.batch", owner, client.namespace))
    template = found["spec"]["jobTemplate"]
    meta = template.get("metadata") or {}
    notes = {"cronjob.kubernetes.io/instantiate": "manual", **(meta.get("annotations") or {})}
    reference = {
        "apiVersion": "batch/v1",
        "controller": True,
        "kind": "CronJob",
        "name": owner,
        "uid": found["metadata"]["uid"],
    }
    own: Document = {"annotations": notes, "name": name, "ownerReferences": [reference]}
    if meta.get("labels"):
        own["labels"] = meta["labels"]
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": own,
        "spec": template["spec"],
        "status": {},
    }


def cronjob(client: Client, given: Given, name: str) -> Document:
    """A CronJob of one container."""
    container = _container(given["image"], name, list(given.after or ()))
    spec = {"containers": [container], "restartPolicy": given["restart"] or "OnFailure"}
    template = {"metadata": {}, "spec": spec}
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": name},
        "spec": {
            "jobTemplate": {"metadata": {"name": name}, "spec": {"template": template}},
            "schedule": given["schedule"],
        },
        "status": {},
    }
