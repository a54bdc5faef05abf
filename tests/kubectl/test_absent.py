"""What the kubectl inside the process does not do, and what it says then."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubelite import Cluster
from kubelite.kubectl import Kubectl, kubectl


@pytest.fixture(scope="module")
def k() -> Kubectl:
    return kubectl(Cluster(nodes=1, seed=7))


@pytest.mark.parametrize("verb", ["proxy", "completion", "plugin"])
def test_verbs_for_which_one_needs_the_binary(k: Kubectl, verb: str) -> None:
    assert k(f"{verb} x").error == (
        f"error: kubectl {verb} needs the real kubectl; see cluster.serve()\n"
    )


FIELDS = ("vars", "helmCharts", "generators", "transformers", "configurations", "buildMetadata")


@pytest.mark.parametrize("field", FIELDS)
def test_parts_of_kustomizations_for_which_one_needs_the_binary(
    k: Kubectl, field: str, tmp_path: Path
) -> None:
    (tmp_path / "kustomization.yaml").write_text(f"{field}: [x]\n", encoding="utf-8")
    refused = k(f"apply -k {tmp_path}")
    assert refused.error == (
        f"error: kubectl kustomize with {field} needs the real kubectl; see cluster.serve()\n"
    )
    assert refused.code == 1


def test_nothing_is_fetched(k: Kubectl, tmp_path: Path) -> None:
    text = "resources: [https://example.com/pod.yaml]\n"
    (tmp_path / "kustomization.yaml").write_text(text, encoding="utf-8")
    for command in ("kustomize https://example.com/shop", f"kustomize {tmp_path}"):
        assert "needs the real kubectl; see cluster.serve()" in k(command).error


def test_help_is_short(k: Kubectl) -> None:
    assert k("scale -h").lines[:2] == ["Usage:", "  kubectl scale [flags]"]
    assert "      --replicas <number>" in k("scale --help").lines
    assert "  scale" in k("").lines
    for line, code in (("set", 1), ("set -h", 0)):
        asked = k(line)
        assert asked.code == code
        assert "  image" in (asked.error if code else asked.text).splitlines()


def test_without_an_editor_nothing_is_edited(k: Kubectl) -> None:
    k("create cm paint")
    assert "there is no editor here" in k("edit cm paint").error


def test_small_commands_print_json_with_sorted_keys(k: Kubectl) -> None:
    """The real one prints them in the order of Go's fields: kind, apiVersion, metadata, ..."""
    shown = k("create cm paint2 --dry-run=client -o json").text
    assert shown.index("apiVersion") < shown.index("kind") < shown.index("metadata")


def test_maps_are_walked_in_order(k: Kubectl) -> None:
    """In Go a map has no order, so the same template may print its values in another one."""
    k("create cm letters --from-literal=b=2 --from-literal=a=1")
    assert k("get cm letters -o jsonpath={.data.*}").text == "1 2"
