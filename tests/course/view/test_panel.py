"""A panel of sliders and buttons: each obeys, says how kubectl would, and shows what came of it."""

from __future__ import annotations

import json

import pytest

from course.view import switches
from course.view.controls import Controls, controls
from course.view.sections import SECTIONS
from kubelite import Cluster
from tests import manifests

ALIVE = {"httpGet": {"path": "/healthz", "port": 8080}}


def shop(**deployment: object) -> Cluster:
    cluster = Cluster(nodes=3)
    probes = {"livenessProbe": ALIVE}
    cluster.apply([manifests.deployment(container=probes, **deployment), manifests.service()])  # type: ignore[arg-type]
    cluster.run_until("deployment/web ready")
    cluster.run(5)
    return cluster


@pytest.fixture
def panel() -> Controls:
    return controls(shop(), traffic=True, nodes=True, probes=True, chaos=True)


def test_replicas_and_the_slider_follows_what_others_do(panel: Controls) -> None:
    panel.sliders["replicas"].value = 5
    assert panel.kubectl == "kubectl scale deployment/web --replicas=5"
    assert panel.view.frame["ready"] == 5
    panel.cluster.scale("deployment/web", 2)
    panel.buttons["wait"].click()
    assert panel.sliders["replicas"].value == 2
    assert panel.said == [panel.said[0], "no kubectl for this: time passes by itself"]


def test_traffic_is_sent_and_counted(panel: Controls) -> None:
    panel.sliders["traffic"].value = 40
    assert panel.kubectl == "no kubectl for this: customers come by themselves"
    assert "400 requests sent, 0 without an answer" in panel.console.outcome


def test_machines_come_and_go(panel: Controls) -> None:
    panel.sliders["nodes"].value = 4
    assert panel.kubectl == "no kubectl for this: a machine's switch"
    assert len(panel.cluster.get("nodes")) == 4
    panel.sliders["nodes"].value = 2
    emptied = "kubectl drain node-{0} --ignore-daemonsets && kubectl delete node node-{0}"
    assert panel.kubectl == f"{emptied.format(4)} && {emptied.format(3)}"
    assert list(panel.cluster.get("nodes").names) == ["node-1", "node-2"]
    panel.sliders["nodes"].value = 3
    assert len(panel.cluster.get("nodes")) == 3, "one that was there before comes back"


def test_a_probes_settings_are_a_new_template(panel: Controls) -> None:
    assert list(panel.choices["probe"].options) == ["readinessProbe", "livenessProbe"]
    panel.choices["probe"].value = "livenessProbe"
    panel.sliders["periodseconds"].value = 3
    command, _, change = panel.kubectl.partition(" -p ")
    container = {"name": "shop", "livenessProbe": {"periodSeconds": 3}}
    assert command == "kubectl patch deployment/web"
    assert json.loads(change.strip("'"))["spec"]["template"]["spec"]["containers"] == [container]
    found = panel.cluster.get("deployment/web").spec.template.spec.containers[0]
    assert found.liveness_probe.period_seconds == 3
    assert found.readiness_probe.period_seconds != 3
    assert len(panel.cluster.get("replicasets")) == 2, "a rollout"


def test_the_printed_patch_is_one_that_kubectl_takes(panel: Controls) -> None:
    panel.sliders["failurethreshold"].value = 7
    again = shop()
    again.kubectl(panel.kubectl.removeprefix("kubectl "))
    probe = again.get("deployment/web").spec.template.spec.containers[0].readiness_probe
    assert probe.failure_threshold == 7


def test_containers_crash_hang_and_are_healed(panel: Controls) -> None:
    pod = panel.choices["pod"].value
    panel.buttons["crash"].click()
    assert panel.kubectl == "no kubectl for this: a fault in the program"
    status = panel.cluster.get(f"pod/{pod}").status.container_statuses[0]
    assert (status.restart_count, status.last_state.terminated.exit_code) == (1, 137)
    panel.choices["pod"].value = other = next(p for p in panel.choices["pod"].options if p != pod)
    panel.buttons["hang"].click()
    panel.buttons["wait"].click()
    panel.buttons["wait"].click()
    status = panel.cluster.get(f"pod/{other}").status.container_statuses[0]
    assert status.restart_count == 1, "the liveness probe has found it"


def test_any_program_can_hang() -> None:
    cluster = Cluster(nodes=1)
    probe = {"httpGet": {"path": "/", "port": 80}}
    image = {"image": "nginx:1.29", "readinessProbe": probe}
    cluster.apply(manifests.deployment(replicas=1, container=image))
    cluster.run_until("deployment/web ready")
    panel = controls(cluster, chaos=True)
    panel.buttons["hang"].click()
    panel.buttons["wait"].click()
    assert "0 of 1 ready" in panel.console.outcome
    panel.buttons["hang"].click()
    assert "refused: there is no ready pod to choose" in panel.console.outcome


def test_a_pod_is_deleted_and_a_machine_dies(panel: Controls) -> None:
    pod = panel.choices["pod"].value
    panel.buttons["delete"].click()
    assert panel.kubectl == f"kubectl delete pod/{pod}"
    panel.choices["node"].value = "node-2"
    panel.buttons["kill"].click()
    assert "2 nodes with power" in panel.console.outcome
    panel.buttons["start"].click()
    assert "3 nodes with power" in panel.console.outcome
    assert panel.sliders["nodes"].value == 3


def test_one_node_is_told_in_the_singular(panel: Controls) -> None:
    panel.sliders["nodes"].value = 1
    assert ", 1 node with power" in panel.console.outcome


def test_a_network_slower_than_probes_wait_takes_every_pod_out(panel: Controls) -> None:
    panel.sliders["slow"].value = 1500
    assert panel.kubectl == "no kubectl for this: cables and routers"
    panel.buttons["wait"].click()
    assert "0 of 3 ready" in panel.console.outcome
    panel.sliders["slow"].value = 0
    panel.buttons["wait"].click()
    assert "3 of 3 ready" in panel.console.outcome


def test_what_is_refused_is_said_and_the_slider_goes_back() -> None:
    cluster = shop()
    panel = controls(cluster, nodes=True)
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "web"},
        "spec": {"minAvailable": 3, "selector": {"matchLabels": {"app": "web"}}},
    }
    cluster.apply(budget)
    cluster.run(5)
    panel.sliders["nodes"].value = 1
    assert panel.console.outcome.startswith("refused: ")
    assert panel.sliders["nodes"].value == 3
    cluster.delete("deployment/web")
    panel.buttons["wait"].click()
    assert panel.console.outcome == 'deployments.apps "web" not found'


def test_only_the_parts_that_are_asked_for() -> None:
    panel = controls(shop(), replicas=False, traffic=25)
    assert list(panel.sliders) == ["traffic"]
    assert list(panel.buttons) == ["wait"]
    assert "250 requests sent" in panel.console.outcome
    assert set(SECTIONS) == {"replicas", "traffic", "nodes", "probes", "chaos"}


def test_what_is_missing_is_said() -> None:
    cluster = Cluster(nodes=1)
    bare = {"readinessProbe": None}
    cluster.apply(manifests.deployment(container=bare))
    with pytest.raises(ValueError, match="has no Service: apply one, or leave traffic out"):
        controls(cluster, traffic=True)
    with pytest.raises(ValueError, match="has no probe: add one, or leave probes out"):
        controls(cluster, probes=True)


def test_a_saved_notebook_keeps_words_and_a_picture(panel: Controls) -> None:
    panel.sliders["replicas"].value = 4
    saved, _ = panel._repr_mimebundle_()
    lines = saved["text/plain"].splitlines()
    assert "[slider: replicas = 4]" in lines and "[button: Kill the node]" in lines
    assert "kubectl scale deployment/web --replicas=4" in lines
    assert saved["image/svg+xml"].startswith("<svg")


def test_a_switch_that_changes_nothing_says_so() -> None:
    cluster = Cluster(nodes=2)
    assert switches.kill_node(cluster, "node-1") == switches.SWITCH
    assert switches.kill_node(cluster, "node-1") == "nothing to do: node-1 has no power"
    assert switches.start_node(cluster, "node-2") == "nothing to do: node-2 has power"
    assert switches.machines(cluster) == ["node-2"]
