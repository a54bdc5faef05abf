"""Reads a Nomad job: HCL (``hcl.parse``), or the JSON of its API."""

from __future__ import annotations

import re
from typing import Any

from course.market.application import Application, Check, Fields, NotUnderstood, Rule, variables
from course.market.facts import numbers

WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
RENAMED = {
    "task_groups": "group",
    "tasks": "task",
    "services": "service",
    "checks": "check",
    "networks": "network",
    "constraints": "constraint",
    "spreads": "spread",
    "affinities": "affinity",
    "restart_policy": "restart",
    "reschedule_policy": "reschedule",
    "memory_mb": "memory",
    "ltarget": "attribute",
    "rtarget": "value",
    "operand": "operator",
    "port_label": "port",
}
DURATIONS = {"interval", "delay", "max_delay", "timeout", "grace", "kill_timeout"}
ATTRIBUTE = re.compile(r"\$\{(?:attr\.|meta\.|node\.)?([\w.\-/]+)\}")
HOSTNAMES = {"unique.hostname", "unique.name"}
UPDATES = "read; this market compares failures, not updates"


def from_api(raw: Any) -> Any:
    """The JSON of the API in the words of a job file; its durations are nanoseconds."""
    if isinstance(raw, list):
        return [from_api(one) for one in raw]
    if not isinstance(raw, dict):
        return raw
    found: dict[str, Any] = {}
    for key, value in raw.items():
        name = WORD.sub("_", key.replace("MB", "Mb")).lower()
        name = RENAMED.get(name, name)
        if key in ("Env", "Config", "Meta"):
            found[name] = value
        elif name in DURATIONS and isinstance(value, int):
            found[name] = f"{value}ns"
        elif value is not None:
            found[name] = from_api(value)
    return found


def read(raw: dict[str, Any]) -> Application:
    """The application of a job with one group of one task. Raises NotUnderstood."""
    job = Fields(raw, "job", [])
    told = job.told
    name = str(job.take("name", job.raw.get("id", "")))
    kind = job.take("type", "service")
    if kind != "service":
        raise NotUnderstood(f"job.type: {kind}: only service jobs are run here")
    group = _one(job, "group")
    task = _one(group, "task")
    policy: dict[str, Any] = dict(numbers("nomad"))
    _restart(group.each("restart") + task.each("restart"), policy)
    _reschedule(job.each("reschedule") + group.each("reschedule"), policy)
    policy["stop_grace"] = task.seconds("kill_timeout", policy["stop_grace"])
    cpu, memory = _resources(task)
    config = task.each("config")[:1] or [Fields({}, "config", told)]
    port = _port(group, config[0])
    rules = [rule for place in (job, group, task) for rule in _rules(place)]
    application = Application(
        orchestrator="nomad",
        name=name,
        image=str(config[0].take("image", "")),
        replicas=int(group.number("count", 1)),
        cpu=cpu,
        memory=memory,
        command=tuple(map(str, config[0].take("entrypoint", ())))
        + ((str(config[0].take("command")),) if "command" in config[0] else ()),
        args=tuple(map(str, config[0].take("args", ()))),
        env=_env(task),
        port=port,
        check=_check(group.each("service") + task.each("service"), port, policy),
        rules=tuple(rules),
        policy=policy,
    )
    _leave(job, group, task, config[0])
    if not (name and application.image):
        raise NotUnderstood("a job needs a name, and config.image in its task")
    return Application(**{**vars(application), "told": tuple(told)})


def _leave(job: Fields, group: Fields, task: Fields, config: Fields) -> None:
    job.noted("id", "region", "datacenters", "namespace", "meta", "priority", why="no effect here")
    for place in (job, group):
        place.noted("update", "migrate", why=UPDATES)
        place.noted("spread", "affinity", why="not supported here; the default placement is used")
    group.take("name")
    task.take("name")
    driver = task.take("driver", "docker")
    if driver != "docker":
        task.told.append(f"task.driver: {driver}: run as a container all the same")
    for place in (config, task, group, job):
        place.close()


def _one(found: Fields, key: str) -> Fields:
    blocks = found.each(key)
    if not blocks:
        raise NotUnderstood(f"{found.place}: has no {key}")
    found.told.extend(
        f"{one.place} {one.raw.get('name')}: only the first is run here" for one in blocks[1:]
    )
    return blocks[0]


def _restart(blocks: list[Fields], policy: dict[str, Any]) -> None:
    for one in blocks:
        policy["restart_attempts"] = int(one.number("attempts", policy["restart_attempts"]))
        policy["restart_interval"] = one.seconds("interval", policy["restart_interval"])
        policy["restart_delay"] = one.seconds("delay", policy["restart_delay"])
        policy["mode"] = str(one.take("mode", "fail"))
        one.close()


def _reschedule(blocks: list[Fields], policy: dict[str, Any]) -> None:
    policy["reschedules"] = -1
    for one in blocks:
        policy["reschedule_delay"] = one.seconds("delay", policy["reschedule_delay"])
        policy["reschedule_delay_most"] = one.seconds("max_delay", policy["reschedule_delay_most"])
        policy["constant"] = one.take("delay_function", "exponential") == "constant"
        attempts = int(one.number("attempts", 0))
        policy["reschedules"] = -1 if one.take("unlimited", True) and not attempts else attempts
        one.noted("interval", why="attempts are counted from the beginning here")
        one.close()


def _resources(task: Fields) -> tuple[int, int]:
    """MHz count as thousandths of a core here: a core of the simulated machines has 1,000 MHz."""
    for one in task.each("resources"):
        cpu, memory = round(one.number("cpu", 100)), round(one.number("memory", 300))
        if "cores" in one:
            cpu = round(one.number("cores", 0) * 1000)
        one.close()
        return cpu, memory
    return 100, 300


def _env(task: Fields) -> dict[str, str]:
    found = task.take("env", {})
    return variables(found[0] if isinstance(found, list) else found, "task.env")


def _port(group: Fields, config: Fields) -> int:
    """The port inside the container: ``to`` of the first port, or its static number."""
    config.take("ports")
    ports = [port for network in group.each("network") for port in _ports(network)]
    return ports[0] if ports else 0


def _ports(network: Fields) -> list[int]:
    found = []
    for key in ("port", "dynamic_ports", "reserved_ports"):
        for one in network.each(key):
            number = int(one.number("to", 0) or one.number("static", 0) or one.number("value", 0))
            found += [number] if number else []
            one.noted(
                "static", "host_network", why="the Service of the cluster leads to the container"
            )
            for dealt_with in ("name", "label", "value"):
                one.take(dealt_with)
            one.close()
    network.noted("mode", why="no effect here")
    network.close()
    return found


def _rules(found: Fields) -> list[Rule]:
    rules = []
    for one in found.each("constraint"):
        if one.take("distinct_hosts"):
            rules.append(Rule("kubernetes.io/hostname", "distinct"))
            continue
        match = ATTRIBUTE.fullmatch(str(one.take("attribute", "")))
        operator, value = str(one.take("operator", "=")), str(one.take("value", ""))
        if operator == "distinct_hosts":
            rules.append(Rule("kubernetes.io/hostname", "distinct"))
        elif match and operator in ("=", "==", "!="):
            label = "kubernetes.io/hostname" if match[1] in HOSTNAMES else match[1]
            rules.append(Rule(label, "!=" if operator == "!=" else "==", value))
        else:
            found.told.append(f"{one.place}: {operator} is not supported here")
    return rules


def _check(services: list[Fields], port: int, policy: dict[str, Any]) -> Check | None:
    found: Check | None = None
    for service in services:
        shared = service.each("check_restart")
        for one in service.each("check"):
            limit, grace = _check_restart(shared + one.each("check_restart"), policy)
            kind, path = str(one.take("type", "http")), str(one.take("path", "/"))
            interval, timeout = one.seconds("interval", 10), one.seconds("timeout", 2)
            one.noted("method", why="checks here are GET")
            for name in ("name", "port"):  # there is one port
                one.take(name)
            one.close()
            if kind not in ("http", "tcp"):
                one.told.append(f"{one.place}.type: {kind} is not supported here")
            elif found is None:
                http = path if kind == "http" else ""
                found = Check(http, port, interval, timeout, limit, patience=grace)
        service.noted("provider", "tags", why="the Service of the cluster stands for it")
        for name in ("name", "port"):
            service.take(name)
        service.close()
    return found


def _check_restart(blocks: list[Fields], policy: dict[str, Any]) -> tuple[int, float]:
    limit, grace = policy["check_restart_limit"], policy["check_restart_grace"]
    for one in blocks:
        limit, grace = one.number("limit", limit), one.seconds("grace", grace)
        one.noted("ignore_warnings", why="a check here passes or fails")
        one.close()
    return int(limit), grace
