"""Tests of the exercise 07_declarative/five_shops: built from source.py by `kubelite exercise build`."""

from pathlib import Path

import pytest

from course.grading.holding import Holding

HOLDING = Holding(Path(__file__).parent)


@pytest.mark.parametrize("answer", HOLDING.answers, ids=str)
def test_what_answers_earn(answer):
    HOLDING.hold(answer)

# Wrong answers that look right, and what each one is to score: these run with `pytest exercises`.
import copy
from pathlib import Path

import pytest
import yaml

from course.grading.exercise import Place, load
from course.grading.judge import judge
from course.grading.source import answer_text

PLACE = Place(Path(__file__).parent.parent.parent, "07_declarative/five_shops")
ALL = {"five_open", "replaced", "node_lost", "frozen", "rollout"}


def answer(solved):
    scope = {}
    exec(answer_text(PLACE, solved)[0], scope)
    return yaml.safe_load(scope["manifest"])


SOLUTION, SHIPPED = answer(True), answer(False)


def held(manifest):
    """The checks that hold, and the sentences of those that do not."""
    result = judge(load(PLACE.name, PLACE.root), {"manifest": manifest})
    open_checks = {c.name: c.sentence for c in result.checks if c.points < c.max}
    return {c.name for c in result.checks} - set(open_checks), open_checks


def edited(base, **changes):
    """The manifest with some of the container's fields changed; None removes one."""
    manifest = copy.deepcopy(base)
    container = manifest["spec"]["template"]["spec"]["containers"][0]
    container.update(changes)
    for name in [name for name, value in container.items() if value is None]:
        del container[name]
    return manifest


def with_spec(base, **changes):
    """The manifest with some of the Deployment's fields changed."""
    manifest = copy.deepcopy(base)
    manifest["spec"].update(changes)
    return manifest


def test_only_the_count_is_changed():
    good, sentences = held(with_spec(SHIPPED, replicas=5))
    assert good == {"five_open", "replaced"}
    assert "4 of 5 shops were open" in sentences["node_lost"]
    assert "Insufficient cpu" in sentences["node_lost"]
    assert "customers" in sentences["rollout"]


def test_nobody_asks_the_shops():
    good, _ = held(edited(SOLUTION, readinessProbe=None, livenessProbe=None))
    assert good == {"five_open", "replaced", "node_lost"}


def test_readiness_alone_never_restarts():
    good, sentences = held(edited(SOLUTION, livenessProbe=None))
    assert good == ALL - {"frozen"}
    assert "4 of 5 shops were open" in sentences["frozen"]


def test_liveness_alone_lets_customers_in_too_early():
    good, sentences = held(edited(SOLUTION, readinessProbe=None))
    assert good == ALL - {"rollout"}
    assert "customers" in sentences["rollout"]


def test_knocking_is_not_asking():
    knock = {"tcpSocket": {"port": 8080}, "periodSeconds": 5}
    good, _ = held(edited(SOLUTION, livenessProbe={**knock, "initialDelaySeconds": 10}))
    assert good == ALL - {"frozen"}


def test_a_probe_that_is_too_patient():
    probe = {**SOLUTION["spec"]["template"]["spec"]["containers"][0]["livenessProbe"]}
    good, _ = held(edited(SOLUTION, livenessProbe={**probe, "periodSeconds": 60}))
    assert good == ALL - {"frozen"}


def test_a_probe_that_is_too_hasty():
    probe = {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 1, "failureThreshold": 3}
    good, sentences = held(edited(SOLUTION, livenessProbe=probe))
    assert good == set()
    assert "restarted" in sentences["five_open"]


def test_a_probe_at_a_door_that_is_not_there():
    probe = {"httpGet": {"path": "/healthz", "port": 80}, "initialDelaySeconds": 10}
    good, sentences = held(edited(SOLUTION, livenessProbe=probe))
    assert good <= {"replaced"}  # the new ones are young enough to be open still
    assert "Liveness probe failed: connect" in sentences["node_lost"]


def test_a_probe_at_a_page_that_is_not_there():
    good, sentences = held(edited(SOLUTION, readinessProbe={"httpGet": {"path": "/health", "port": 8080}}))
    assert good == set()
    assert "did not take customers (Readiness probe failed: 404)" in sentences["five_open"]


def test_closing_all_shops_for_the_update():
    good, _ = held(with_spec(SOLUTION, strategy={"type": "Recreate"}))
    assert good == ALL - {"rollout"}


def test_one_more_to_be_safe():
    good, sentences = held(with_spec(SOLUTION, replicas=6))
    assert "five_open" not in good
    assert "6 shops were open" in sentences["five_open"]


def test_all_on_one_node():
    manifest = copy.deepcopy(SOLUTION)
    manifest["spec"]["template"]["spec"]["nodeName"] = "node-1"
    good, sentences = held(manifest)
    assert good == ALL - {"node_lost"}
    assert "after node-1 lost power, 0 of 5 shops were open" in sentences["node_lost"]


def test_five_pods_that_nobody_counts():
    template = SOLUTION["spec"]["template"]
    pods = [
        {"apiVersion": "v1", "kind": "Pod", "spec": template["spec"]}
        | {"metadata": {"name": f"shop-{n}", "labels": {"app": "shop"}}}
        for n in range(5)
    ]
    good, sentences = held(yaml.safe_dump_all(pods))
    assert good == {"five_open", "frozen"}
    assert "3 of 5 shops were open" in sentences["replaced"]
    assert "no Deployment" in sentences["rollout"]


def test_another_image_is_another_shop():
    good, sentences = held(edited(SOLUTION, image="nginx", readinessProbe=None, livenessProbe=None))
    assert good == set()


@pytest.mark.parametrize(
    "startup",
    [
        {"startupProbe": {"tcpSocket": {"port": 8080}, "failureThreshold": 30, "periodSeconds": 1}},
        {"startupProbe": {"httpGet": {"path": "/", "port": 8080}, "failureThreshold": 30, "periodSeconds": 2}},
    ],
)
def test_other_right_answers_are_right_too(startup):
    probe = {"httpGet": {"path": "/products", "port": 8080}, "periodSeconds": 3}
    good, sentences = held(edited(SOLUTION, livenessProbe=probe, **startup))
    assert good == ALL, sentences


def test_asking_for_no_room_is_right_too():
    good, sentences = held(edited(SOLUTION, resources=None))
    assert good == ALL, sentences


@pytest.mark.parametrize(
    "manifest, said",
    [
        ("", "refused"),
        ("replicas: five", "refused"),
        (None, "neither text nor a dict"),
        (with_spec(SOLUTION, replicas=100_000), "100,000 pods"),
        (with_spec(SOLUTION, replica=5), "replica"),
        (edited(SOLUTION, image="sarahs-shop:missing"), "there is no image"),
        ({**SOLUTION, "metadata": {"name": "store"}}, "no Deployment"),
    ],
)
def test_what_cannot_work_is_said_in_a_sentence(manifest, said):
    _, sentences = held(manifest)
    assert any(said in sentence for sentence in sentences.values()), sentences
