"""Handing in a manifest: what exercises of the kind "write" do with an answer.

``hand_in`` applies it to a cluster, and refuses in a sentence what a manifest is not: other kinds
than the task is about, more pods than the machines are meant for, or what the cluster refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from course.grading.calling import AnswerError
from course.grading.shop import MOST_PODS, pods_wanted
from kubelite import Cluster
from kubelite.apimachinery import manifest
from kubelite.apimachinery.errors import StatusError


def documents(answer: Any) -> list[dict[str, Any]]:
    """The manifests of an answer: a text, a dict, or a list of these. Raises AnswerError."""
    if isinstance(answer, dict):
        return [answer]
    if isinstance(answer, list | tuple):
        return [one for part in answer for one in documents(part)]
    if not isinstance(answer, str):
        raise AnswerError("The answer is neither text nor a dict, so there was nothing to apply.")
    try:
        # Read here: a text that Cluster.apply took for a file's name would be looked for.
        return manifest.load(answer, "manifest")
    except manifest.ManifestError as refusal:
        raise AnswerError(f"The manifest could not be read: {refusal}") from None


def hand_in(
    cluster: Cluster, answer: Any, kinds: Sequence[str] = (), namespace: str = "default"
) -> list[Any]:
    """Apply an answer that may hold these kinds only; what was applied. Raises AnswerError."""
    found = documents(answer)
    for one in found:
        kind = one.get("kind")
        if kinds and kind not in kinds:
            raise AnswerError(f"The manifest holds a {kind}; this task is about {_listed(kinds)}.")
    if not found:
        raise AnswerError("The manifest is empty, so there was nothing to apply.")
    try:
        applied = [cluster.apply(one, namespace=namespace) for one in found]
    except (StatusError, manifest.ManifestError) as refusal:
        hint = getattr(refusal, "hint", "")
        raise AnswerError(f"The cluster refused the manifest: {refusal} {hint}".rstrip()) from None
    if (pods := sum(map(pods_wanted, applied))) > MOST_PODS:
        raise AnswerError(f"The manifest asked for {pods:,} pods; there is no place for so many.")
    return applied


def _listed(kinds: Sequence[str]) -> str:
    return kinds[0] if len(kinds) == 1 else f"{', '.join(kinds[:-1])} and {kinds[-1]}"


__all__ = ["documents", "hand_in"]
