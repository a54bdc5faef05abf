"""A cluster in words: what a screen reader hears, and what is left when no picture can be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from course.view.palette import LOOKS, look
from course.view.state import NodeMark, PodMark, Scene

MEBIBYTE = 2**20
MOST_PODS_NAMED = 40
CHARACTER = 0.58  # width of an average character, as a share of the text's size


def summary(scene: Scene, title: str = "Cluster") -> str:
    """One sentence: the moment, the nodes, and the pods by look."""
    counts = scene.counts
    pods = [f"{number} {name.label.lower()}" for name in LOOKS if (number := counts[name.key])]
    down = sum(not node.ready for node in scene.nodes)
    nodes = counted(len(scene.nodes), "node") + (f" ({down} not ready)" if down else "")
    told = f"{counted(len(scene.pods), 'pod')} ({', '.join(pods)})" if pods else "no pods"
    return f"{title} at {scene.seconds:.1f} s: {nodes}, {told}."


def described(scene: Scene, title: str = "Cluster") -> str:
    """The summary, then one line for the unscheduled pods and one for each node."""
    return "\n".join([summary(scene, title), *_lines(scene)])


def _lines(scene: Scene) -> Iterator[str]:
    by_node = scene.by_node
    if waiting := by_node[""]:
        yield f"  unscheduled: {_listed(waiting)}"
    for node in scene.nodes:
        pods = by_node[node.name]
        told = node_note(node, pods)
        note = "" if told == "ready" else f" ({told})"
        yield f"  {node.name}{note}: {_listed(pods) if pods else 'empty'}"


def _listed(pods: Sequence[PodMark]) -> str:
    if len(pods) > MOST_PODS_NAMED:
        return counted(len(pods), "pod")
    return ", ".join(f"{pod.name} {look(pod.look).label.lower()}" for pod in pods)


def node_note(node: NodeMark, pods: Iterable[PodMark] | None = None) -> str:
    """A node's state in words; whether it is drained only where its pods are given."""
    words = ["ready" if node.ready else "not ready"]
    if not node.schedulable:
        words.append("scheduling disabled")
        words += ["drained"] if pods is not None and node.drained(pods) else []
    words += [f"{what.lower() if what != 'PID' else what} pressure" for what in node.pressure]
    words += ["tainted " + " ".join(node.taints)] if node.taints else []
    return ", ".join(words)


def fullness(node: NodeMark, pods: Sequence[PodMark]) -> tuple[str, float]:
    """How full a node is by what its pods ask for: a label, and the share of its capacity.

    The resource that is nearest to its end is the one told; pods that ask for nothing are counted.
    """
    shares = {
        "cpu": _share(sum(pod.cpu for pod in pods), node.cpu),
        "memory": _share(sum(pod.memory for pod in pods), node.memory),
    }
    tightest = max(shares, key=lambda name: shares[name])
    if not shares[tightest]:
        share = _share(len(pods), node.max_pods)
        return f"{len(pods)} of {node.max_pods} pods", share
    if tightest == "cpu":
        asked, given = sum(pod.cpu for pod in pods), node.cpu
        return f"{asked / 1000:g} of {amount_of_cpu(given)}", shares["cpu"]
    asked, given = sum(pod.memory for pod in pods), node.memory
    return f"{amount_of_memory(asked)} of {amount_of_memory(given)}", shares["memory"]


def capacity(node: NodeMark) -> str:
    """What a node can give to pods."""
    amounts = f"{amount_of_cpu(node.cpu)}, {amount_of_memory(node.memory)}"
    return f"room for {amounts}, {node.max_pods} pods"


def amount_of_cpu(milli: int) -> str:
    """Thousandths of a core in words: ``4 CPU`` or ``0.5 CPU``."""
    return f"{milli / 1000:g} CPU"


def amount_of_memory(amount: int) -> str:
    """Bytes in words, in the unit people use: ``512 MiB`` or ``8 GiB``."""
    mebibytes = amount / MEBIBYTE
    return f"{mebibytes / 1024:.3g} GiB" if mebibytes >= 1024 else f"{mebibytes:.4g} MiB"


def fit(text: str, width: int, size: int) -> str:
    """``text``, cut with an ellipsis where it is wider than ``width`` pixels at this size."""
    characters = max(1, int(width / (size * CHARACTER)))
    return text if len(text) <= characters else text[: characters - 1] + "…"


def fit_end(text: str, width: int, size: int) -> str:
    """The same for names of one kind, which differ at their end: what is cut is the beginning."""
    characters = max(1, int(width / (size * CHARACTER)))
    return text if len(text) <= characters else "…" + text[len(text) - characters + 1 :]


def counted(number: int, thing: str) -> str:
    """``1 pod``, ``2 pods``."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
