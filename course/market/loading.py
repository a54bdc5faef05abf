"""Reads whichever of the four: Kubernetes manifests, Compose, a Nomad job, a Marathon app."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from course.market import compose, hcl, marathon, nomad
from course.market.application import Application, NotUnderstood

NOT_IN_NAMES = re.compile(r"[^a-z0-9-]+")


# DOC: market-load
def load(source: Any, service: str = "") -> Application:
    """An application from text, a path or fields; ``service`` chooses one of a Compose file.

    What it is, is told from its fields. Raises NotUnderstood.
    """
    found = _read(source, service)
    name = NOT_IN_NAMES.sub("-", found.name.lower()).strip("-")
    if found.manifests or name == found.name:
        return found
    told = f"{found.name}: called {name} here, for names in the cluster have no other letters"
    return replace(found, name=name, told=(*found.told, told))


def _read(source: Any, service: str) -> Application:
    if isinstance(source, Path):
        source = source.read_text(encoding="utf-8")
    documents = source if isinstance(source, list) else [source]
    if isinstance(source, str):
        documents = _documents(source)
    if not documents or not all(isinstance(one, dict) for one in documents):
        raise NotUnderstood("this is neither manifests, Compose, a Nomad job nor a Marathon app")
    first = documents[0]
    if "apiVersion" in first:
        return _kubernetes(documents)
    if "services" in first:
        return compose.read(first, service)
    if "Job" in first or "TaskGroups" in first:
        return nomad.read(nomad.from_api(first.get("Job", first)))
    if "job" in first:
        return nomad.read(first["job"][0])
    if "id" in first:
        return marathon.read(first)
    raise NotUnderstood("this is neither manifests, Compose, a Nomad job nor a Marathon app")


def _documents(text: str) -> list[Any]:
    if text.lstrip().startswith("{"):
        try:
            return [json.loads(text)]
        except json.JSONDecodeError as error:
            raise NotUnderstood(f"line {error.lineno}: {error.msg}") from None
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    if any(line.startswith("job ") for line in lines):
        return [hcl.parse(text)]
    try:
        return [one for one in yaml.safe_load_all(text) if one is not None]
    except yaml.YAMLError as error:
        raise NotUnderstood(f"no YAML: {error}") from None


def _kubernetes(documents: list[dict[str, Any]]) -> Application:
    """Manifests are applied as they are; the API server says itself what it does not know."""
    for one in documents:
        if one.get("kind") == "Deployment":
            name = one["metadata"]["name"]
            replicas = one["spec"].get("replicas", 1)
            return Application("kubernetes", name, replicas=replicas, manifests=tuple(documents))
    raise NotUnderstood("among these manifests is no Deployment")


FILES = {
    "kubernetes": "kubernetes.yaml",
    "swarm": "compose.yaml",
    "nomad": "web.nomad.hcl",
    "marathon": "marathon.json",
}


def shop_file(orchestrator: str) -> str:
    """Sarah's shop, three copies with a check, as that orchestrator wants it written."""
    return (Path(__file__).parent / "shop" / FILES[orchestrator]).read_text(encoding="utf-8")


def the_shop() -> tuple[Application, ...]:
    """The same shop four times, in the order of ``FILES``."""
    return tuple(load(shop_file(name)) for name in FILES)
