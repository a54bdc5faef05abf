"""What is said to somebody who asks for help, or for a command that is not there.

The help is our own and short; kubectl's pages belong to its documentation.
"""

from __future__ import annotations

from collections.abc import Iterable

from kubelite.apimachinery.errors import go_quote
from kubelite.kubectl.flags import SWITCH, Flag
from kubelite.kubectl.result import CommandError, usage_error

ALIASES = {
    ("create", "ns"): "namespace",
    ("create", "cm"): "configmap",
    ("create", "deploy"): "deployment",
    ("create", "sa"): "serviceaccount",
    ("create", "quota"): "quota",
    ("create", "resourcequota"): "quota",
    ("create", "svc"): "service",
    ("create", "cj"): "cronjob",
    ("create", "ing"): "ingress",
    ("create", "pdb"): "poddisruptionbudget",
    ("create", "pc"): "priorityclass",
    ("top", "nodes"): "node",
    ("top", "no"): "node",
    ("top", "pods"): "pod",
    ("top", "po"): "pod",
}
"""Short forms of subcommands."""


def nothing() -> CommandError:
    """No command at all."""
    return CommandError(
        "kubectl controls a cluster; begin with a command, such as get", plain=False
    )


COMMANDS = (
    *("create", "expose", "run", "set", "explain", "get", "edit", "delete", "rollout", "scale"),
    *("autoscale", "certificate", "cluster-info", "top", "cordon", "uncordon", "drain", "taint"),
    *("describe", "logs", "attach", "exec", "port-forward", "proxy", "cp", "auth", "debug"),
    *("events", "diff", "apply", "patch", "replace", "wait", "kustomize", "label", "annotate"),
    *("completion", "api-resources", "api-versions", "config", "plugin", "version"),
)
"""What the real kubectl can do, in its order."""


def command(name: str) -> CommandError:
    """A command that is not there, and those that are called similarly."""
    if name in COMMANDS:
        return CommandError(f"kubectl {name} needs the real kubectl; see cluster.serve()")
    text = f'error: unknown command {go_quote(name)} for "kubectl"\n'
    near = [one for one in COMMANDS if _distance(name, one) <= 2 or one.startswith(name.lower())]
    if near:
        text += "\nDid you mean this?\n" + "".join(f"\t{one}\n" for one in near)
    return CommandError(text, plain=False)


def subcommand(group: str, name: str) -> CommandError:
    """A part of a command that is not there."""
    if not name:
        return CommandError(f"{group} needs one more word; try kubectl {group} -h", plain=False)
    return usage_error(group, f"unknown command {go_quote(name)}")


def help_of(path: str, flags: Iterable[Flag]) -> str:
    """A command's flags."""
    lines = [f"Usage:\n  kubectl {path} [flags]\n\nFlags:"]
    for flag in sorted(flags, key=lambda flag: flag.name):
        short = f"-{flag.short}, " if flag.short else "    "
        value = "" if flag.type == SWITCH else f" <{flag.type}>"
        lines.append(f"  {short}--{flag.name}{value}")
    return "\n".join(lines) + "\n"


def _distance(one: str, other: str) -> int:
    """How many letters have to be changed, put in or taken out: Levenshtein's."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one.lower(), 1):
        before, row[0] = row[0], i
        for j, b in enumerate(other.lower(), 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]
