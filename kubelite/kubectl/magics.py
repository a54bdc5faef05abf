"""``%kubectl`` and ``%%kubectl`` in a notebook: ``%load_ext kubelite.kubectl``.

    %kubectl get pods -o wide

    %%kubectl apply -f -
    apiVersion: v1
    ...

The cell below ``%%kubectl`` is standard input. ``$name`` is the text of a variable; everything
else, as the braces of a JSONPath, stays as it is. The cluster is the only one the notebook has,
or the one chosen by ``use(cluster)`` or ``%kubectl --cluster name get pods``. Nothing here needs
IPython: the shell that loads the extension brings itself along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kubelite.apimachinery.told import UsageError
from kubelite.cluster import Cluster
from kubelite.kubectl.command import kubectl
from kubelite.kubectl.result import Result

_CHOICE = re.compile(r"\s*--cluster[= ](\w+)\s*")
_VARIABLE = re.compile(r"\$(\w+)")
_UNTOUCHED = "_ipython_magic_no_var_expand"
"""The mark of a magic whose line IPython hands over as it is written."""

_chosen: list[Cluster] = []


def use(cluster: Cluster) -> None:
    """Let ``%kubectl`` speak to this cluster, whatever others there are."""
    _chosen[:] = [cluster]


def load_ipython_extension(shell: Any) -> None:
    """Called by ``%load_ext kubelite.kubectl``."""

    def run(line: str, cell: str | None = None) -> Result:
        return answer(shell.user_ns, line, cell or "")

    setattr(run, _UNTOUCHED, True)
    shell.register_magic_function(run, "line_cell", "kubectl")


def answer(names: Mapping[str, Any], line: str, cell: str = "") -> Result:
    """What a line says to the cluster that is meant. Raises ValueError when none is."""
    choice = _CHOICE.match(line)
    if choice is not None:
        line = line[choice.end() :]
    cluster = _cluster(names, choice[1] if choice else "")
    return kubectl(cluster)(_VARIABLE.sub(lambda found: _text(names, found), line), cell)


def _text(names: Mapping[str, Any], found: re.Match[str]) -> str:
    value = names.get(found[1])
    return str(value) if isinstance(value, str | int) else found[0]


def _cluster(names: Mapping[str, Any], name: str) -> Cluster:
    if name:
        chosen = names.get(name)
        if not isinstance(chosen, Cluster):
            raise UsageError(f"{name} is no cluster")
        return chosen
    if _chosen:
        return _chosen[0]
    there = {
        name: value
        for name, value in names.items()
        if isinstance(value, Cluster) and not name.startswith("_")
    }
    if not there:
        raise UsageError("there is no cluster yet: cluster = Cluster(nodes=3)")
    if len({id(value) for value in there.values()}) > 1:
        listed = ", ".join(there)
        raise UsageError(f"which cluster? %kubectl --cluster NAME ..., one of {listed}")
    return next(iter(there.values()))
