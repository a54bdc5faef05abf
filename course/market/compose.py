"""Reads a Compose file with ``deploy`` as Swarm does: one service of it."""

from __future__ import annotations

import re
from typing import Any

from course.market.application import (
    Application,
    Check,
    Fields,
    NotUnderstood,
    Rule,
    mebibytes,
    variables,
)
from course.market.facts import numbers

LABEL = "node.labels."
COMPARISON = re.compile(r"\s*([\w.\-/]+)\s*(==|!=)\s*(\S+)\s*")
ASKS_HTTP = re.compile(r"(?:curl|wget)\b.*?https?://(?:localhost|127\.0\.0\.1)(?::(\d+))?(/\S*)?")
UPDATES = "read; this market compares failures, not updates"


def read(raw: dict[str, Any], service: str = "") -> Application:
    """The application of one service of the file. Raises NotUnderstood."""
    told: list[str] = []
    top = Fields(raw, "", told)
    top.noted("version", "name", why="says nothing about the application")
    services = dict(top.take("services", {}))
    top.close()
    name = service or (next(iter(services)) if len(services) == 1 else "")
    if name not in services:
        raise NotUnderstood(f"choose a service: load(file, service=...) of {', '.join(services)}")
    told.extend(f"services.{other}: not chosen" for other in services if other != name)
    return _service(name, Fields(services[name], name, told))


def _service(name: str, found: Fields) -> Application:
    policy: dict[str, Any] = dict(numbers("swarm"))
    policy["stop_grace"] = found.seconds("stop_grace_period", policy["stop_grace"])
    deploy = found.inside("deploy")
    cpu, memory = _resources(deploy.inside("resources"))
    rules, spread = _placement(deploy.inside("placement"))
    _restarts(deploy.inside("restart_policy"), policy)
    replicas = int(deploy.number("replicas", 1))
    if deploy.take("mode", "replicated") != "replicated":
        deploy.told.append("deploy.mode: only replicated services are run here")
    deploy.noted("update_config", "rollback_config", why=UPDATES)
    deploy.close()
    port = _port(found)
    application = Application(
        orchestrator="swarm",
        name=name,
        image=str(found.take("image", "")),
        replicas=replicas,
        cpu=cpu,
        memory=memory,
        command=_words(found.take("entrypoint", ())),
        args=_words(found.take("command", ())),
        env=variables(found.take("environment"), f"{name}.environment"),
        port=port,
        check=_check(found.inside("healthcheck"), port, policy),
        rules=rules,
        spread=spread,
        policy=policy,
    )
    found.noted("restart", why="Swarm does not look at it; deploy.restart_policy counts")
    found.close()
    if not application.image:
        raise NotUnderstood(f"{name}: a service for Swarm needs an image")
    return Application(**{**vars(application), "told": tuple(found.told)})


def _words(value: Any) -> tuple[str, ...]:
    return tuple(value.split()) if isinstance(value, str) else tuple(map(str, value))


def _resources(found: Fields) -> tuple[int, int]:
    """What is reserved; limits only if nothing else is said, for Swarm places by reservations."""
    kept = found.inside("reservations")
    cpu, memory = kept.number("cpus", 0), kept.take("memory", "0")
    kept.close()
    found.noted("limits", why="read; Swarm places by reservations only")
    found.close()
    return round(cpu * 1000), mebibytes(memory, f"{kept.place}.memory")


def _placement(found: Fields) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    rules = []
    for line in found.take("constraints", []):
        match = COMPARISON.fullmatch(str(line))
        if match and match[1] == "node.hostname":
            rules.append(Rule("kubernetes.io/hostname", match[2], match[3]))
        elif match and match[1].startswith(LABEL):
            rules.append(Rule(match[1].removeprefix(LABEL), match[2], match[3]))
        else:
            found.told.append(f"{found.place}.constraints: {line!r} is not supported here")
    spread = [
        str(one["spread"]).removeprefix(LABEL)
        for one in found.take("preferences", [])
        if isinstance(one, dict) and "spread" in one
    ]
    found.close()
    return tuple(rules), tuple(spread)


def _restarts(found: Fields, policy: dict[str, Any]) -> None:
    policy["condition"] = str(found.take("condition", "any"))
    policy["restart_delay"] = found.seconds("delay", policy["restart_delay"])
    policy["attempts"] = int(found.number("max_attempts", 0))
    policy["window"] = found.seconds("window", 0)
    found.close()


def _port(found: Fields) -> int:
    """The first port inside the container."""
    ports = found.take("ports", [])
    if not ports:
        return 0
    first = ports[0]
    if isinstance(first, dict):
        return int(first.get("target", 0))
    return int(str(first).rpartition(":")[2].partition("/")[0])


def _check(found: Fields, port: int, policy: dict[str, Any]) -> Check | None:
    test = found.take("test", "NONE")
    words = " ".join(map(str, test)) if isinstance(test, list) else str(test)
    interval = found.seconds("interval", policy["check_interval"])
    timeout = found.seconds("timeout", policy["check_timeout"])
    retries = int(found.number("retries", policy["check_retries"]))
    grace = found.seconds("start_period", policy["check_start_period"])
    disabled = found.take("disable", False)
    found.close()
    if disabled or words == "NONE":
        return None
    asked = ASKS_HTTP.search(words)
    if not asked:
        found.told.append(f"{found.place}.test: only curl or wget of localhost is understood here")
        return None
    path = (asked[2] or "/").rstrip("\"'")
    asks = int(asked[1] or port)
    return Check(path, asks, interval, timeout, retries, retries, first=interval, grace=grace)
