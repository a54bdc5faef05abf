"""Asking why: chains whose steps are links, with the engine's code behind each; and why not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from course.source import anchors
from course.view.because import ROWS, anchor_of
from course.view.why import Why, steps_of, why
from course.view.why_not import why_not
from kubelite import Cluster
from kubelite.cluster.story import Story
from tests.manifests import deployment


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    cluster = Cluster(nodes=2)
    cluster.apply(deployment("web", 2))
    cluster.apply(deployment("lost", 1, image="does-not-exist:1.0"))
    cluster.apply(deployment("big", 1, container={"resources": {"requests": {"cpu": "9"}}}))
    cluster.apply(deployment("slow", 1, env={"START_SECONDS": "1000"}))
    cluster.run(30)
    return cluster


def pod(cluster: Cluster, app: str) -> str:
    return f"pod/{cluster.get('pods', selector=f'app={app}').names[0]}"


def test_a_chain_leads_back_to_the_learners_edit(cluster: Cluster) -> None:
    shown = why(cluster, pod(cluster, "web"))
    lines = str(shown).splitlines()
    assert lines[0] == f"Why {pod(cluster, 'web')} is as it is"
    assert lines[-1].split(maxsplit=2)[2] == "because you created deployment/web"
    assert all(line.split()[1] == "s" for line in lines[1:])


def test_a_click_opens_the_chain_of_the_object_in_the_sentence(cluster: Cluster) -> None:
    shown = why(cluster, pod(cluster, "web"))
    last = len(shown.page["causes"]) - 1
    assert shown.page["causes"][last]["name"] == "deployment/web"
    click(shown, "causes", last)
    assert shown.what == "deployment/web"
    assert shown.page["trail"] == [pod(cluster, "web"), "deployment/web"]
    click(shown, "trail", 0)
    assert (shown.what, shown.page["trail"]) == (pod(cluster, "web"), [pod(cluster, "web")])


def click(shown: Why, part: str, place: int, **more: bool) -> None:
    shown._asked(shown, {"part": part, "place": place, **more}, [])


def test_code_is_sent_when_it_is_asked_for(cluster: Cluster) -> None:
    shown = why(cluster, pod(cluster, "web"))
    assert shown.sources == {}
    place = next(
        number
        for number, step in enumerate(shown.page["causes"])
        if step["anchor"] == "replicaset-plan"
    )
    click(shown, "causes", place, code=True)
    assert shown.sources["replicaset-plan"]["file"] == "kubelite/controllers/replicaset.py"
    assert "def " in shown.sources["replicaset-plan"]["code"]


def test_every_row_names_code_that_is_there() -> None:
    assert {row.anchor for row in ROWS} <= set(anchors())


def test_every_cause_is_a_link_and_every_step_has_its_code(cluster: Cluster) -> None:
    for story in stories(cluster):
        assert all(step.name for step in steps_of(story.causes)), str(story)
        assert {step.anchor for step in steps_of(story.told)} <= set(anchors())


def stories(cluster: Cluster) -> Iterator[Story]:
    yield from (cluster.story(f"pod/{name}") for name in cluster.get("pods").names)
    yield cluster.story("node/node-1")
    yield cluster.story("deployment/web")


def test_the_most_particular_row_wins(cluster: Cluster) -> None:
    story = cluster.story(pod(cluster, "web"))
    found = [anchor_of(one.entry, one.text) for one in story.told]
    assert found[:3] == ["replicaset-plan", "scheduler-cycle", "pod-binding"]
    assert found[4:] == ["sync-pod", "pod-phase", "generate-status"]


def test_a_saved_notebook_keeps_the_words(cluster: Cluster) -> None:
    data, _ = why(cluster, pod(cluster, "web"))._repr_mimebundle_()
    assert data["text/plain"].startswith("Why pod/web-")
    assert data["text/html"].count("<li>") == len(data["text/plain"].splitlines()) - 1
    assert "application/vnd.jupyter.widget-view+json" in data


def test_names_are_text() -> None:
    cluster = Cluster(nodes=1)
    cluster.apply(deployment("web", 1, image="<b>x</b>"))
    cluster.run(5)
    shown = why(cluster, "deployment/web")
    cluster.patch("deployment/web", {"metadata": {"annotations": {"a": "<script>"}}})
    page = shown._repr_mimebundle_()[0]["text/html"]
    assert "<b>x" not in page and "<script" not in page


def test_nothing_is_known_of_what_never_was(cluster: Cluster) -> None:
    with pytest.raises(LookupError, match="nothing is known of it"):
        why(cluster, "pod/nobody")


@pytest.mark.parametrize(
    ("app", "title", "reasons"),
    [
        ("web", "is ready", ["it runs on node-"]),
        ("lost", "is not ready", ["container shop waits: "]),
        ("big", "has no node", ["0/2 nodes are available: 2 Insufficient cpu.", "node-1: "]),
        ("slow", "is not ready", ["container shop runs, but its readiness probe does not pass"]),
    ],
)
def test_why_not(cluster: Cluster, app: str, title: str, reasons: list[str]) -> None:
    told = why_not(cluster, pod(cluster, app))
    assert told.title == f"{pod(cluster, app)} {title}"
    for said, reason in zip(told.reasons, reasons, strict=False):
        assert said.startswith(reason)
    assert all(reason in told._repr_html_() for reason in told.reasons if '"' not in reason)


def test_what_would_help_a_pod_without_a_node(cluster: Cluster) -> None:
    assert why_not(cluster, pod(cluster, "big")).remedies[0] == "request 4 of cpu instead of 9"


def test_a_pod_that_ends_and_one_that_has_ended(cluster: Cluster) -> None:
    name = pod(cluster, "slow")
    cluster.delete(name)
    assert why_not(cluster, name).reasons == ["it was deleted, with 30 s to end"]


def test_it_is_about_pods(cluster: Cluster) -> None:
    with pytest.raises(ValueError, match="why_not is about pods"):
        why_not(cluster, "deployment/web")
