"""``kubectl get``."""

from __future__ import annotations

from kubelite.kubectl.client import Client
from kubelite.kubectl.flags import TEXT, Flag, Given
from kubelite.kubectl.resources import EVERY_NAMESPACE, FILES, SELECTOR, built

FLAGS = (*FILES, SELECTOR, EVERY_NAMESPACE, Flag("output", TEXT, short="o"))


def get(client: Client, given: Given) -> None:
    """Names of objects."""
    for info in built(client, given, allow_empty=True).all():
        client.say(info.title)
