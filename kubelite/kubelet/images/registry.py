"""Where images come from: names, the table of images, and what a registry does not have.

``nginx``, ``docker.io/nginx`` and ``docker.io/library/nginx:latest`` are one image. A name
without a class of its own runs as a ``PlainServer``, so that any manifest works.

A pull finds nothing in two cases: the repository or the tag says so itself (``MISSING_WORDS``:
``example/does-not-exist``, ``shop:no-such-tag``), or the tag is none that the image's publisher
would use (``Program.tags``), as in the well-known slip ``nginx:1.161``.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from importlib import import_module

from kubelite.apimachinery.struct import Value
from kubelite.kubelet.images.busybox import Busybox
from kubelite.kubelet.images.checking import check_class
from kubelite.kubelet.images.program import Program
from kubelite.kubelet.images.server import Nginx, Pause, PlainServer
from kubelite.kubelet.images.shop import Shop

MISSING_WORDS = re.compile(
    r"not-?exist|non-?existent|no-?such|not-?found|missing|invalid|bogus|nope|typo"
)

REGISTRIES = ("docker.io", "registry.k8s.io")

IMAGES: dict[str, type[Program] | str] = {
    "agnhost": "agnhost.Agnhost",
    "argocd": "secretmakers.ArgoCD",
    "bus": "bus.Bus",
    "bus-producer": "bus.BusProducer",
    "bus-worker": "bus.BusWorker",
    "busybox": Busybox,
    "fluent-bit": "logship.FluentBit",
    "kube-webhook-certgen": "secretmakers.CertGen",
    "logstore": "logship.LogStore",
    "nginx": Nginx,
    "pause": Pause,
    "prometheus": "prometheus.Prometheus",
    "shop": Shop,
    "stress": "stress.Stress",
}
"""Registration: one row is one image, by the last part of its repository.

A row in words names a class in a module beside this one, which is imported when it is pulled.
"""


class Reference(Value):
    """A full image name: registry and repository, tag, and digest if one was given."""

    repository: str
    tag: str
    digest: str = ""

    def __str__(self) -> str:
        return self.repository + (f"@{self.digest}" if self.digest else f":{self.tag}")


def register(name: str, program: type[Program]) -> None:
    """Let ``image: name`` run ``program``. Raises TypeError for a class that cannot be one."""
    check_class(name, program)
    IMAGES[name] = program


@lru_cache(maxsize=4096)
def resolve(image: str) -> Reference:
    """The full name of an image: registry, ``library/`` and ``:latest`` filled in."""
    name, _, digest = image.partition("@")
    head, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        head, tag = name, "latest"
    first, slash, rest = head.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        first, rest = "docker.io", head
    if first == "k8s.gcr.io":
        first = "registry.k8s.io"  # the old name has been frozen since 2023
    if first == "docker.io" and "/" not in rest:
        rest = "library/" + rest
    return Reference(f"{first}/{rest}", tag, digest)


def program_for(image: str) -> type[Program]:
    """The class that runs this image."""
    name = resolve(image).repository.rpartition("/")[2]
    found = IMAGES.get(name, PlainServer)
    if isinstance(found, str):
        module, _, program = found.partition(".")
        found = IMAGES[name] = getattr(import_module(f"kubelite.kubelet.images.{module}"), program)
    return found


@lru_cache(maxsize=4096)
def digest_of(image: str) -> str:
    """The name by digest that a registry would give: made up, but the same every time."""
    reference = resolve(image)
    digest = reference.digest or "sha256:" + hashlib.sha256(str(reference).encode()).hexdigest()
    return f"{reference.repository}@{digest}"


# DOC: image-missing
def pull_error(image: str) -> str:
    """containerd's message when the registry has no such image, or ""."""
    reference = resolve(image)
    named = f"{reference.repository.partition('/')[2]}:{reference.tag}"
    if not MISSING_WORDS.search(named) and re.fullmatch(program_for(image).tags, reference.tag):
        return ""
    return (
        "rpc error: code = NotFound desc = "
        f'failed to pull and unpack image "{reference}": '
        f'failed to resolve reference "{reference}": {reference}: not found'
    )
