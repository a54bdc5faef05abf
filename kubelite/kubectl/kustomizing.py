"""``kubectl kustomize``: print what the kustomization of a folder makes.

Models kustomize/commands/build, as kubectl embeds it; how one is built is ``kustomize/``.
"""

from __future__ import annotations

from kubelite.apimachinery.dump import go_yaml
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import EACH, SWITCH, TEXT, Flag, Given
from kubelite.kubectl.kustomize import build
from kubelite.kubectl.result import CommandError
from kubelite.kubectl.unknown import elsewhere

_ANYWHERE, _INSIDE = "LoadRestrictionsNone", "LoadRestrictionsRootOnly"
_PROGRAMS = ("enable-alpha-plugins", "enable-helm", "network", "as-current-user", "env", "mount")
FLAGS = (
    Flag("load-restrictor", TEXT, _INSIDE),
    Flag("output", TEXT, short="o"),
    *(Flag(name, SWITCH) for name in _PROGRAMS[:4]),
    Flag("env", EACH, short="e"),
    Flag("mount", EACH),
)


def kustomize(client: Client, given: Given) -> None:
    """Build a kustomization, and print it or write it to a file."""
    if len(given.words) > 1:
        raise CommandError("specify one path to kustomization.yaml")
    for name in _PROGRAMS:
        if given[name]:
            raise elsewhere(f"kustomize --{name}")
    restrictor = given["load-restrictor"]
    if restrictor not in (_ANYWHERE, _INSIDE):
        raise CommandError(
            f"illegal flag value --load-restrictor {restrictor}; legal values: "
            f"[{_INSIDE} {_ANYWHERE}]"
        )
    path = given.words[0] if given.words else "."
    objects = build(client, path, free=restrictor == _ANYWHERE)
    text = "---\n".join(go_yaml(one) for one in objects)
    if given["output"]:
        client.local.write(given["output"], text.encode())
    else:
        client.write(text)
