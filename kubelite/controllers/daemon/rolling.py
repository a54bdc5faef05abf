"""A new template reaches the nodes, a few at a time.

Models rollingUpdate of pkg/controller/daemon/update.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubelite.api.apps_v1 import DaemonSet
from kubelite.api.core_v1 import Pod
from kubelite.controllers.daemon.manage import Observed, available, fenceposts, split


def rolling_update(owner: DaemonSet, seen: Observed) -> tuple[list[str], list[Pod]]:
    """Nodes that get a new pod beside the old one, and old pods to delete."""
    surge, unavailable = fenceposts(owner, seen)
    if surge:
        return _with_surge(owner, seen, surge)
    return [], _in_place(owner, seen, unavailable)


def _nodes(seen: Observed) -> Iterator[tuple[str, Sequence[Pod]]]:
    """Nodes that should run the daemon, and others that have one."""
    for name, (run, _) in seen.verdicts.items():
        if run or name in seen.pods:
            yield name, seen.pods.get(name, ())


# DOC: daemon-rolling-update
def _in_place(owner: DaemonSet, seen: Observed, limit: int) -> list[Pod]:
    """Old pods that are of no use go at once, others while fewer than ``limit`` nodes lack one.

    The next look creates their successors.
    """
    unavailable = seen.others - seen.serving
    useless: list[Pod] = []
    candidates: list[Pod] = []
    for _, pods in _nodes(seen):
        new, old = split(owner, seen, pods)
        if len(old) != 1 or new:
            alone = len(new) == 1 and not old
            unavailable += not (alone and available(owner, seen, new[0]))
        elif not available(owner, seen, old[0]):
            useless.append(old[0])
            unavailable += 1
        else:
            candidates.append(old[0])
    return [*useless, *candidates[: max(limit - unavailable, 0)]]


def _with_surge(owner: DaemonSet, seen: Observed, limit: int) -> tuple[list[str], list[Pod]]:
    """At most ``limit`` nodes have a second pod that is not available yet.

    A node whose old pod is of no use gets its new one at once. Pods on nodes that should have
    none are kept until as many as wanted are available elsewhere.
    """
    surging, serving = 0, seen.serving
    done: list[Pod] = []
    misplaced: list[Pod] = []
    at_once: list[str] = []
    candidates: list[str] = []
    for name, pods in _nodes(seen):
        new, old = split(owner, seen, pods)
        if len(new) > 1 or len(old) > 1:
            surging += 1  # too many: the next look prunes them
            continue
        serving += any(available(owner, seen, pod) for pod in (old or new))
        if not old:
            continue
        run = seen.verdicts[name][0]
        if new and available(owner, seen, new[0]):
            done.append(old[0])
        elif new:
            surging += 1
        elif available(owner, seen, old[0]):
            candidates += [name] if run else []
            misplaced += [] if run else [old[0]]
        elif run:
            at_once.append(name)
        else:
            done.append(old[0])
    done += misplaced[: max(serving - seen.desired, 0)]
    return [*at_once, *candidates[: max(limit - surging, 0)]], done
