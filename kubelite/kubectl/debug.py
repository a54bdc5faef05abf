"""``kubectl debug``: a container to look from, in a pod, in a copy of it, or on a node.

Models ``k8s.io/kubectl/pkg/cmd/debug`` with its profiles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kubelite.api.core_v1 import Node, Pod
from kubelite.apimachinery.errors import go_quote
from kubelite.apimachinery.rest import STRATEGIC_PATCH
from kubelite.apimachinery.struct import to_dict
from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import EACH, SWITCH, TEXT, WORDS, Flag, Given
from kubelite.kubectl.kinds import kind_of
from kubelite.kubectl.result import CommandError

FLAGS = (
    Flag("image", TEXT),
    Flag("container", TEXT, short="c"),
    Flag("target", TEXT),
    Flag("copy-to", TEXT),
    Flag("replace", SWITCH),
    Flag("same-node", SWITCH),
    Flag("share-processes", SWITCH, True),
    Flag("set-image", WORDS),
    Flag("env", EACH),
    Flag("arguments-only", SWITCH),
    Flag("attach", SWITCH),
    Flag("stdin", SWITCH, short="i"),
    Flag("tty", SWITCH, short="t"),
    Flag("quiet", SWITCH, short="q"),
    Flag("image-pull-policy", TEXT),
    Flag("profile", TEXT, "general"),
    Flag("keep-labels", SWITCH),
    Flag("keep-annotations", SWITCH),
    Flag("keep-liveness", SWITCH),
    Flag("keep-readiness", SWITCH),
    Flag("keep-startup", SWITCH),
    Flag("keep-init-containers", SWITCH, True),
)
_HOST = "host-root"
_STREAM = "kubectl/debug"
