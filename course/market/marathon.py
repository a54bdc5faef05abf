"""Reads the JSON of a Marathon app."""

from __future__ import annotations

from typing import Any

from course.market.application import Application, Check, Fields, NotUnderstood, Rule, variables
from course.market.facts import numbers

OPERATORS = ("UNIQUE", "CLUSTER", "GROUP_BY", "MAX_PER", "LIKE", "UNLIKE", "IS")
HOSTNAME = "kubernetes.io/hostname"
HTTP = ("HTTP", "MESOS_HTTP")
TCP = ("TCP", "MESOS_TCP")
UPDATES = "read; this market compares failures, not updates"


def read(raw: dict[str, Any]) -> Application:
    """The application. Raises NotUnderstood."""
    found = Fields(raw, "", [])
    policy = _policy(found)
    container = found.inside("container")
    image = container.inside("docker")
    port = _port(found, container, image)
    name = str(found.take("id", "")).strip("/").replace("/", "-")
    command = found.take("cmd")
    checks = [
        one for one in (_check(one, port, policy) for one in found.each("healthChecks")) if one
    ]
    application = Application(
        orchestrator="marathon",
        name=name,
        image=str(image.take("image", "")),
        replicas=int(found.number("instances", 1)),
        cpu=round(found.number("cpus", 1) * 1000),
        memory=round(found.number("mem", 128)),
        command=("/bin/sh", "-c", str(command)) if command else (),
        args=tuple(map(str, found.take("args", ()))),
        env=variables(found.take("env"), "env"),
        port=port,
        check=checks[0] if checks else None,
        rules=tuple(_rules(found)),
        policy=policy,
    )
    found.told.extend("healthChecks: only the first is asked here" for _ in checks[1:])
    image.noted("network", "forcePullImage", "privileged", why="no effect here")
    image.close()
    container.noted("type", why="every container is run by the simulated runtime")
    container.close()
    found.noted("upgradeStrategy", why=UPDATES)
    found.noted("labels", "networks", "portDefinitions", "ports", "disk", why="no effect here")
    found.close()
    if not (name and application.image):
        raise NotUnderstood("an app needs an id and container.docker.image")
    return Application(**{**vars(application), "told": tuple(found.told)})


def _policy(found: Fields) -> dict[str, Any]:
    policy: dict[str, Any] = dict(numbers("marathon"))
    policy["backoff"] = found.number("backoffSeconds", policy["backoff"])
    policy["backoff_factor"] = found.number("backoffFactor", policy["backoff_factor"])
    policy["backoff_most"] = found.number("maxLaunchDelaySeconds", policy["backoff_most"])
    policy["stop_grace"] = found.number("taskKillGracePeriodSeconds", policy["stop_grace"])
    policy["kill"] = str(found.take("killSelection", "YOUNGEST_FIRST"))
    if found.raw.get("unreachableStrategy") == "disabled":
        found.take("unreachableStrategy")
        policy["inactive_after"] = -1
        return policy
    strategy = found.inside("unreachableStrategy")
    policy["inactive_after"] = strategy.number("inactiveAfterSeconds", policy["inactive_after"])
    strategy.noted("expungeAfterSeconds", why="read; what is lost is stopped when it comes back")
    strategy.close()
    return policy


def _port(found: Fields, *places: Fields) -> int:
    ports = [one for place in places for one in place.each("portMappings")]
    for one in ports:
        one.noted("hostPort", "servicePort", "protocol", "name", "labels", why="no effect here")
    first, *others = [int(one.number("containerPort", 0)) for one in ports] or [0]
    found.told.extend(f"container port {other}: only the first is served here" for other in others)
    return first


def _check(found: Fields, port: int, policy: dict[str, Any]) -> Check | None:
    protocol = str(found.take("protocol", "HTTP"))
    path = str(found.take("path", "/"))
    port = int(found.number("port", port))
    interval = found.number("intervalSeconds", policy["check_interval"])
    timeout = found.number("timeoutSeconds", policy["check_timeout"])
    failures = int(found.number("maxConsecutiveFailures", policy["check_failures"]))
    grace = found.number("gracePeriodSeconds", policy["check_grace"])
    first = found.number("delaySeconds", policy["check_delay"])
    found.noted("portIndex", "ignoreHttp1xx", why="no effect here")
    found.close()
    if protocol not in HTTP + TCP:
        found.told.append(f"healthChecks.protocol: {protocol} is not supported here")
        return None
    http = path if protocol in HTTP else ""
    return Check(http, port, interval, timeout, failures, first=first, grace=grace)


def _rules(found: Fields) -> list[Rule]:
    rules = []
    for row in found.take("constraints", []):
        attribute, operator, *value = map(str, row)
        if operator not in OPERATORS:
            found.told.append(f"constraints: {operator} is not supported here")
            continue
        attribute = HOSTNAME if attribute in ("hostname", "@hostname") else attribute
        rules.append(Rule(attribute, operator, value[0] if value else ""))
    return rules
