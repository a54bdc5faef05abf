"""How an object's manifest changed from one of its generations to another, as a diff.

A generation is what the API server counts when somebody changes what is wanted. Status and
bookkeeping are left out: only what a person or a controller declared is compared.
"""

from __future__ import annotations

from difflib import unified_diff
from html import escape
from typing import Any

from course.view.cluster_view import zero_of
from course.view.plain import plain, plain_lines
from course.view.state import SECOND
from kubelite.apimachinery.dump import dump
from kubelite.apimachinery.struct import to_dict
from kubelite.apimachinery.told import UnknownName

CONTEXT = 3  # unchanged lines round a change
_BOOKKEEPING = (
    *("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"),
    *("deletionTimestamp", "deletionGracePeriodSeconds"),
)
_NOTES = (
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
)
_STYLES = {
    "+": ("ins", "background:#cfeadd;color:#000"),
    "-": ("del", "background:#f7d7c4;color:#000"),
    "@": ("span", "color:var(--jp-content-link-color, #0072b2)"),
}


class ManifestDiff:
    """Two manifests of one object, compared: ``lines`` begin with "+", "-", " " or "@@"."""

    def __init__(self, title: str, lines: list[str]):
        self.title = title
        self.lines = lines

    def __str__(self) -> str:
        return "\n".join([self.title, *(self.lines or ["nothing that is declared changed"])])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        lines = "".join(map(_html, self.lines or [" nothing that is declared changed"]))
        return (
            f'<div role="group" aria-label="{escape(self.title)}">'
            f"<div><b>{escape(self.title)}</b></div>"
            f'<pre style="line-height:1.35;overflow-x:auto">{lines}</pre></div>'
        )


def _html(line: str) -> str:
    if (found := _STYLES.get(line[:1])) is None:
        return f"{escape(line)}\n"
    tag, style = found
    return f'<{tag} style="{style};text-decoration:none">{escape(line)}</{tag}>\n'


def manifest_diff(
    cluster: Any,
    what: str,
    old: int | None = None,
    new: int | None = None,
    namespace: str = "default",
) -> ManifestDiff:
    """What was declared anew between two generations of an object ("deployment/web").

    The last two, unless given; ``old=0`` is before it was there. Raises LookupError for an
    object or a generation that was never there.
    """
    versions = generations(cluster, what, namespace)
    newest = max(versions) if new is None else new
    earlier = [number for number in versions if number < newest]
    oldest = (max(earlier) if earlier else 0) if old is None else old
    for number in (oldest, newest):
        if number and number not in versions:
            known = ", ".join(map(str, versions))
            raise UnknownName(f"{what} had no generation {number}; it had {known}")
    before = _lines(versions[oldest][1]) if oldest else []
    diff = list(unified_diff(before, _lines(versions[newest][1]), lineterm="", n=CONTEXT))[2:]
    since = f"generation {oldest} ({versions[oldest][0]:.1f} s)" if oldest else "nothing"
    title = f"{plain(what)}: {since} → generation {newest} ({versions[newest][0]:.1f} s)"
    return ManifestDiff(title, diff)


def generations(
    cluster: Any, what: str, namespace: str = "default"
) -> dict[int, tuple[float, Any]]:
    """The first version of each generation of an object, with its moment in seconds."""
    word, _, name = what.partition("/")
    kind = cluster.api.scheme.by_name(word)
    place = namespace if kind.namespaced else ""
    zero = zero_of(cluster)
    found: dict[int, tuple[float, Any]] = {}
    changes = cluster.history.changes_of((kind.resource, place, name))
    for revision, (version, _) in sorted(changes.items()):
        if version is not None:
            seconds = (cluster.history.moment_of(revision) - zero) / SECOND
            found.setdefault(version.metadata.generation or len(found) + 1, (seconds, version))
    if not found:
        raise UnknownName(f"no {word} called {name!r} in this cluster's history")
    return found


def _lines(version: Any) -> list[str]:
    """What is declared, as YAML."""
    whole = to_dict(version)
    whole.pop("status", None)
    meta = {key: value for key, value in whole["metadata"].items() if key not in _BOOKKEEPING}
    notes = {k: v for k, v in meta.get("annotations", {}).items() if k not in _NOTES}
    meta.pop("annotations", None)
    whole["metadata"] = {**meta, **({"annotations": notes} if notes else {})}
    return plain_lines(dump(whole)).splitlines()
