"""kubectl's way to the API server: the seam, in a learner's name, and the virtual clock.

Requests are answered at once. A verb that waits lets virtual time pass.
Models cli-runtime's resource.Helper and the REST client behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from kubelite.apimachinery.rest import STRATEGIC_PATCH, ObjectList, Request, Response, WatchEvent
from kubelite.apimachinery.scheme import Kind, Scheme
from kubelite.apimachinery.times import SECOND
from kubelite.cluster.collecting import rare_collections
from kubelite.cluster.machines import LEARNER
from kubelite.kubectl.result import CommandError

if TYPE_CHECKING:
    from kubelite.cluster import Cluster


class LocalFiles(Protocol):
    """This computer's files, as ``kubelite/edge/localfiles.py`` has them. All raise OSError."""

    def absolute(self, path: str) -> str:
        """The whole path, links and all."""
        ...

    def resolve(self, path: str) -> str:
        """The whole path without links."""
        ...

    def is_folder(self, path: str) -> bool:
        """Whether a folder is there."""
        ...

    def exists(self, path: str) -> bool:
        """Whether anything is there."""
        ...

    def read(self, path: str) -> bytes:
        """All of a file."""
        ...

    def write(self, path: str, content: bytes, mode: int | None = None) -> None:
        """Make a file, or replace what is in it."""
        ...

    def make_folder(self, path: str) -> None:
        """Make a folder, and those above it."""
        ...

    def look(self, path: str) -> Any:
        """What is there: name, folder, mode, and where a link leads."""
        ...

    def names(self, path: str) -> list[str]:
        """What is in a folder."""
        ...


class Settings:
    """What outlives a command: the current context's namespace (a kubeconfig's contents)."""

    def __init__(self, namespace: str = "default"):
        self.namespace = namespace


class Client:
    """One command's way to one cluster: requests, time, standard input and both outputs."""

    def __init__(self, cluster: Cluster, settings: Settings, stdin: str, patience: float):
        self.cluster = cluster
        self.settings = settings
        self.stdin = stdin
        self.patience = patience
        """Virtual seconds after which what would go on for ever (``get -w``) ends."""
        self.namespace = settings.namespace
        self.namespace_given = False
        self.edit: Callable[[str], str] | None = None
        """What stands in for an editor."""
        self.out: list[str] = []
        self.err: list[str] = []

    # Outputs

    def say(self, text: str) -> None:
        """A line for stdout."""
        self.out.append(f"{text}\n")

    def write(self, text: str) -> None:
        """Text for stdout, as it is."""
        self.out.append(text)

    def warn(self, text: str) -> None:
        """A line for stderr."""
        self.err.append(f"{text}\n")

    # Asking

    @property
    def scheme(self) -> Scheme:
        """The kinds that the server serves now."""
        return self.cluster.api.scheme

    def place(self, kind: Kind, namespace: str = "") -> str:
        """The namespace of a request: none for a kind that lives in none."""
        return (namespace or self.namespace) if kind.namespaced else ""

    def ask(
        self, verb: str, kind: Kind | str, namespace: str, name: str, **options: Any
    ) -> Response:
        """Any request, whatever comes of it."""
        resource = kind if isinstance(kind, str) else kind.resource
        request = Request(verb, resource, namespace, name, component=LEARNER, **options)
        return self.cluster.api.handle(request)

    def get(self, kind: Kind | str, name: str, namespace: str = "") -> Any:
        """The typed object. Raises StatusError."""
        return self.ask("get", kind, namespace, name).unwrap()

    def find(self, kind: Kind | str, name: str, namespace: str = "") -> Any | None:
        """The typed object, or None if it is not there. Raises StatusError for anything else."""
        answer = self.ask("get", kind, namespace, name)
        return None if answer.code == 404 else answer.unwrap()

    def listed(
        self, kind: Kind | str, namespace: str = "", labels: str = "", fields: str = ""
    ) -> ObjectList:
        """All objects of a kind; of every namespace without one. Raises StatusError."""
        found: ObjectList = self.ask(
            "list", kind, namespace, "", label_selector=labels, field_selector=fields
        ).unwrap()
        return found

    def create(self, kind: Kind | str, body: Any, namespace: str = "", **options: Any) -> Any:
        """Create an object, given as plain dicts or typed. Raises StatusError."""
        return self.ask("create", kind, namespace, "", body=body, **options).unwrap()

    def update(
        self, kind: Kind | str, name: str, body: Any, namespace: str = "", **options: Any
    ) -> Any:
        """Replace an object. Raises StatusError."""
        return self.ask("update", kind, namespace, name, body=body, **options).unwrap()

    def patch(
        self,
        kind: Kind | str,
        name: str,
        patch: Any,
        namespace: str = "",
        patch_type: str = STRATEGIC_PATCH,
        **options: Any,
    ) -> Any:
        """Change parts of an object. Raises StatusError."""
        options |= {"body": patch, "patch_type": patch_type}
        return self.ask("patch", kind, namespace, name, **options).unwrap()

    def delete(self, kind: Kind | str, name: str, namespace: str = "", **options: Any) -> Any:
        """Ask for an object's end. Raises StatusError."""
        return self.ask("delete", kind, namespace, name, **options).unwrap()

    # Time

    @property
    def now(self) -> int:
        """Virtual microseconds since 1970."""
        return self.cluster.clock.now

    def run_until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Let virtual time pass until it is true; whether it was, within so many seconds.

        Asked again after each write and every few steps of the clock.
        """
        clock, writes = self.cluster.clock, self.cluster.trace.writes
        deadline = self.now + round(seconds * SECOND)
        with rare_collections():
            while not condition():
                written = len(writes)
                for _ in range(_STEPS):
                    if not clock.step(deadline):
                        clock.run_until(deadline)
                        return condition()
                    if len(writes) != written:
                        break
        return True

    @contextmanager
    def watch(
        self,
        kind: Kind | str,
        namespace: str = "",
        labels: str = "",
        fields: str = "",
        since: str = "",
    ) -> Iterator[list[WatchEvent]]:
        """A list that grows with every change while time passes. Raises StatusError."""
        events: list[WatchEvent] = []
        resource = kind if isinstance(kind, str) else kind.resource
        request = Request(
            "watch",
            resource,
            namespace,
            component=LEARNER,
            label_selector=labels,
            field_selector=fields,
            resource_version=since,
        )
        watching = self.cluster.api.watch(request, events.append)
        try:
            yield events
        finally:
            watching.stop()

    @property
    def local(self) -> LocalFiles:
        """The files of this computer."""
        found: LocalFiles = type(self.cluster).local_files
        return found

    def read(self, name: str) -> bytes | str:
        """A file, or standard input for "-". Raises CommandError."""
        from kubelite.apimachinery.manifest import ManifestError

        if name == "-":
            return self.stdin
        try:
            return type(self.cluster).read_file(name)
        except ManifestError as error:
            if "No such file" in error.problem:
                raise CommandError(f'the path "{name}" does not exist') from error
            raise CommandError(f"{name}: {error.problem}") from error


_STEPS = 64
