"""Four ways of writing one application; and no field is passed over in silence."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from course.market import NotUnderstood, load, shop_file, the_shop
from course.market.application import Check, Rule, mebibytes, seconds
from course.market.hcl import parse


def test_the_shop_is_the_same_four_times() -> None:
    kubernetes, *others = the_shop()
    assert (kubernetes.name, kubernetes.replicas) == ("web", 3)
    for one in others:
        assert (one.name, one.image, one.replicas) == ("web", "shop:1.0", 3)
        assert (one.cpu, one.memory, one.port) == (500, 128, 8080)
        assert one.env == {"DRAIN_SECONDS": "3"}
        assert one.check is not None
        assert (one.check.http, one.check.port, one.check.interval) == ("/healthz", 8080, 10)
        assert (one.check.timeout, one.check.ends) == (2, 3)


def compose(**changes: Any) -> dict[str, Any]:
    raw: dict[str, Any] = yaml.safe_load(shop_file("swarm"))
    raw["services"]["web"].update(changes)
    return raw


def test_what_a_compose_file_may_say() -> None:
    found = load(
        compose(
            environment=["A=1", "B"],
            stop_grace_period="1m30s",
            deploy={
                "replicas": 2,
                "restart_policy": {"condition": "on-failure", "delay": "7s", "max_attempts": 4},
                "placement": {
                    "constraints": ["node.labels.zone == a", "node.hostname != node-3"],
                    "preferences": [{"spread": "node.labels.zone"}],
                },
            },
        )
    )
    assert found.env == {"A": "1", "B": ""}
    assert found.rules == (Rule("zone", "==", "a"), Rule("kubernetes.io/hostname", "!=", "node-3"))
    assert found.spread == ("zone",)
    assert (found.policy["restart_delay"], found.policy["attempts"]) == (7, 4)
    assert (found.policy["condition"], found.policy["stop_grace"]) == ("on-failure", 90)
    assert found.told == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cap_add": ["X"]}, "web.cap_add: not supported here, left out"),
        (
            {"restart": "always"},
            "web.restart: Swarm does not look at it; deploy.restart_policy counts",
        ),
        ({"deploy": {"mode": "global"}}, "deploy.mode: only replicated services are run here"),
        (
            {"deploy": {"placement": {"constraints": ["node.role == worker"]}}},
            "web.deploy.placement.constraints: 'node.role == worker' is not supported here",
        ),
        (
            {"deploy": {"resources": {"limits": {"cpus": "1"}}}},
            "web.deploy.resources.limits: read; Swarm places by reservations only",
        ),
        (
            {"healthcheck": {"test": ["CMD", "pg_isready"]}},
            "web.healthcheck.test: only curl or wget of localhost is understood here",
        ),
    ],
)
def test_what_compose_says_in_vain_is_told(changes: dict[str, Any], said: str) -> None:
    assert said in load(compose(**changes)).told


def test_of_several_services_one_is_chosen() -> None:
    raw = compose()
    raw["services"]["db"] = {"image": "postgres:18"}
    with pytest.raises(NotUnderstood, match="choose a service"):
        load(raw)
    found = load(raw, service="db")
    assert (found.image, found.told) == ("postgres:18", ("services.web: not chosen",))


def test_a_name_that_no_pod_may_have_is_changed_and_told() -> None:
    raw = compose()
    raw["services"]["My_Shop"] = raw["services"].pop("web")
    found = load(raw)
    assert found.name == "my-shop"
    assert found.told[-1].startswith("My_Shop: called my-shop here")


JOB: dict[str, Any] = {
    "ID": "web",
    "Name": "web",
    "Type": "service",
    "TaskGroups": [
        {
            "Name": "shop",
            "Count": 2,
            "RestartPolicy": {"Attempts": 1, "Delay": 5_000_000_000, "Mode": "delay"},
            "ReschedulePolicy": {"Delay": 60_000_000_000, "DelayFunction": "constant"},
            "Constraints": [{"LTarget": "${meta.zone}", "RTarget": "a", "Operand": "="}],
            "Tasks": [
                {
                    "Name": "main",
                    "Driver": "docker",
                    "Config": {"image": "shop:1.0"},
                    "Env": {"A": "1"},
                    "Resources": {"CPU": 250, "MemoryMB": 64},
                    "Templates": [{"DestPath": "x"}],
                }
            ],
        }
    ],
}


def test_a_job_as_the_api_of_nomad_gives_it() -> None:
    found = load(json.dumps({"Job": JOB}))
    assert (found.name, found.replicas, found.cpu, found.memory) == ("web", 2, 250, 64)
    assert (found.policy["restart_attempts"], found.policy["restart_delay"]) == (1, 5)
    assert (found.policy["mode"], found.policy["constant"]) == ("delay", True)
    assert found.rules == (Rule("zone", "==", "a"),)
    assert found.env == {"A": "1"}
    assert "job.group.task.templates: not supported here, left out" in found.told


def test_a_check_of_nomad_restarts_only_when_it_is_asked_to() -> None:
    text = shop_file("nomad").replace("check_restart { limit = 3 }", "")
    check = load(text).check
    assert check is not None and check.ends == 0 and check.leaves == 1


def test_the_words_of_hcl() -> None:
    found = parse(
        """
        // a comment
        a = "x ${attr.kernel.name} \\"quoted\\"" # and another
        b = [1, 2.5, true, null,]
        c = { one = 1, "two" = "2" }
        /* over
           lines */
        d = <<EOF
        text with "anything" {
        EOF
        block "first" { n = -3 }
        block "second" "third" { inner { } }
        """
    )
    assert found["a"] == 'x ${attr.kernel.name} "quoted"'
    assert found["b"] == [1, 2.5, True, None]
    assert found["c"] == {"one": 1, "two": "2"}
    assert found["d"].strip() == 'text with "anything" {'
    assert found["block"] == [{"name": "first", "n": -3}, {"name": "third", "inner": [{}]}]


@pytest.mark.parametrize("text", ['job "x" { count = var.n }', 'job "x" {', "job = = 1"])
def test_what_is_computed_or_broken_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(NotUnderstood, match=r"line \S+, column"):
        load(f"{text}\njob y" if text.startswith("job =") else text)


def marathon(**changes: Any) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads(shop_file("marathon"))
    return raw | changes


def test_what_a_marathon_app_may_say() -> None:
    found = load(
        marathon(
            backoffSeconds=2,
            backoffFactor=2,
            maxLaunchDelaySeconds=60,
            unreachableStrategy={"inactiveAfterSeconds": 300, "expungeAfterSeconds": 600},
            constraints=[["hostname", "UNIQUE"], ["zone", "GROUP_BY", 3], ["rack", "BETWEEN"]],
            killSelection="OLDEST_FIRST",
        )
    )
    policy = found.policy
    assert (policy["backoff"], policy["backoff_factor"], policy["backoff_most"]) == (2, 2, 60)
    assert (policy["inactive_after"], policy["kill"]) == (300, "OLDEST_FIRST")
    assert found.rules == (Rule("kubernetes.io/hostname", "UNIQUE"), Rule("zone", "GROUP_BY", "3"))
    assert "constraints: BETWEEN is not supported here" in found.told


def test_an_app_that_is_never_given_up() -> None:
    assert load(marathon(unreachableStrategy="disabled")).policy["inactive_after"] < 0


def test_marathons_defaults_of_a_check() -> None:
    found = load(marathon(healthChecks=[{"protocol": "TCP"}])).check
    assert found == Check("", 8080, 60, 20, 3, first=15, grace=300)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "just words",
        "[1, 2]",
        "{}",
        "{",
        "a: [",
        "services: {}",
        '{"id": "x"}',
        "apiVersion: v1",
    ],
)
def test_what_is_none_of_the_four_is_refused(source: str) -> None:
    with pytest.raises(NotUnderstood):
        load(source)


def test_durations_and_amounts() -> None:
    assert seconds("1m30s") == 90 and seconds("250ms") == 0.25 and seconds(3) == 3
    assert mebibytes("128M") == 128 and mebibytes("1Gi") == 1024 and mebibytes("512KB") == 0
    for wrong in ("soon", "", "3 parsecs"):
        with pytest.raises(NotUnderstood):
            seconds(wrong)
