"""``kubectl cp``: files between this computer and a container, as a tar that exec carries.

Models pkg/cmd/cp/cp.go and filespec.go. Nothing is ever written outside the target.
"""

from __future__ import annotations

import io
import posixpath
import tarfile
from typing import Any, NamedTuple

from kubelite.apimachinery.errors import go_quote
from kubelite.kubectl.client import Client
from kubelite.kubectl.containers import containers_of, single
from kubelite.kubectl.flags import NUMBER, SWITCH, TEXT, Flag, Given
from kubelite.kubectl.result import CommandError
from kubelite.kubelet.runtime.logs import STDERR

FLAGS = (
    Flag("container", TEXT, short="c"),
    Flag("no-preserve", SWITCH),
    Flag("retries", NUMBER),
)
_FORMAT = "filespec must match the canonical format: [[namespace/]pod:]file/path"


class Spec(NamedTuple):
    """One side of a copy; ``pod`` is "" for this computer."""

    file: str
    pod: str = ""
    namespace: str = ""


class Ran(NamedTuple):
    """How a command in a container ended."""

    out: bytes
    err: str
    code: int


def copy(client: Client, given: Given) -> None:
    """Copy a file or a folder into a container or out of it."""
    if len(given.words) != 2:
        raise CommandError("source and destination are required")
    source, target = _spec(given.words[0]), _spec(given.words[1])
    if source.pod and target.pod:
        raise CommandError("one of src or dest must be a local file specification")
    if not source.file or not target.file:
        raise CommandError("filepath can not be empty")
    if source.pod:
        _out_of(client, given, source, target.file)
    elif target.pod:
        _into(client, given, source.file, target)
    else:
        raise CommandError("one of src or dest must be a remote file specification")


def _spec(word: str) -> Spec:
    pod, colon, file = word.partition(":")
    if not colon:
        return Spec(word)
    parts = pod.split("/")
    if not pod or len(parts) > 2:
        raise CommandError(_FORMAT)
    return Spec(file, parts[-1], parts[0] if len(parts) == 2 else "")


def _into(client: Client, given: Given, source: str, target: Spec) -> None:
    if not client.local.exists(source):
        raise CommandError(f"{source} doesn't exist in local filesystem")
    name = posixpath.normpath(target.file)
    if _run(client, given, target, ("test", "-d", target.file), quiet=True).code == 0:
        name = posixpath.join(name, posixpath.basename(posixpath.normpath(source)))
    name = _clean(name)
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.GNU_FORMAT) as archive:
        _pack(client, archive, posixpath.normpath(source), posixpath.basename(name))
    command = ["tar", "-xmf", "-"]
    if given["no-preserve"]:
        command = ["tar", "--no-same-permissions", "--no-same-owner", "-xmf", "-"]
    folder = posixpath.dirname(name)
    if folder:
        command += ["-C", folder]
    ran = _run(client, given, target, tuple(command), made.getvalue())
    client.write(ran.out.decode("utf-8", "replace"))
    if ran.err:
        client.err.append(ran.err)
    _check(ran)


def _pack(client: Client, archive: tarfile.TarFile, path: str, name: str) -> None:
    """One file or folder with all that is in it; links stay links."""
    found = client.local.look(path)
    entry = tarfile.TarInfo(name)
    entry.mode = found.mode & 0o777
    if found.target:
        entry.type, entry.linkname = tarfile.SYMTYPE, found.target
        archive.addfile(entry)
    elif found.folder:
        names = client.local.names(path)
        for one in names:
            _pack(client, archive, posixpath.join(path, one), posixpath.join(name, one))
        if not names:
            entry.type = tarfile.DIRTYPE
            archive.addfile(entry)
    else:
        content = client.local.read(path)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))


def _out_of(client: Client, given: Given, source: Spec, target: str) -> None:
    said = len(client.err)
    ran = _run(client, given, source, ("tar", "cf", "-", source.file))
    client.out += client.err[said:]  # kubectl's standard output is the errors of what it runs
    del client.err[said:]
    client.write(ran.err)
    if not ran.out:
        _check(ran)
    prefix = _inside(_clean(source.file.lstrip("/")))
    with tarfile.open(fileobj=io.BytesIO(ran.out)) as archive:
        Unpacking(client, source, prefix, _clean(target)).all(archive)


class Unpacking:
    """One archive that came out of a container, which nobody needs to trust."""

    def __init__(self, client: Client, source: Spec, prefix: str, target: str):
        self._client = client
        self._source = source
        self._prefix = prefix
        self._target = target
        self._linked = False

    def all(self, archive: tarfile.TarFile) -> None:
        """Write every file below the target. Raises CommandError."""
        for entry in archive:
            if not entry.name.startswith(self._prefix):
                raise CommandError("tar contents corrupted")
            name = _clean(entry.name[len(self._prefix) :].lstrip("/"))
            path = posixpath.normpath(posixpath.join(self._target, name)) if name else self._target
            if not _below(self._target, path):
                self._client.warn(
                    f"warning: file {go_quote(path)} is outside target destination, skipping"
                )
                continue
            try:
                self._one(archive, entry, path)
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise CommandError(f"open {path}: {reason}") from error

    def _one(self, archive: tarfile.TarFile, entry: tarfile.TarInfo, path: str) -> None:
        local = self._client.local
        local.make_folder(posixpath.dirname(path) or ".")
        if entry.isdir():
            local.make_folder(path)
        elif entry.issym():
            self._skip(entry, path)
        else:
            content = archive.extractfile(entry)
            local.write(path, content.read() if content is not None else b"")

    def _skip(self, entry: tarfile.TarInfo, path: str) -> None:
        if not self._linked:
            spec = self._source
            self._client.warn(
                f"warning: skipping symlink: {go_quote(path)} -> {go_quote(entry.linkname)} "
                f'(consider using "kubectl exec -n {go_quote(spec.namespace)} '
                f'{go_quote(spec.pod)} -- tar cf - {go_quote(spec.file)} | tar xf -")'
            )
        self._linked = True


def _clean(path: str) -> str:
    """Without what says nothing; an empty path stays empty."""
    return posixpath.normpath(path) if path else ""


def _inside(path: str) -> str:
    """The same without steps that lead out of where it begins."""
    while path.startswith("../"):
        path = path[3:]
    return "" if path in (".", "..") else path.lstrip("/")


def _below(target: str, path: str) -> bool:
    whole = posixpath.relpath(posixpath.join("/", path), posixpath.join("/", target))
    return whole != ".." and not whole.startswith("../")


def _check(ran: Ran) -> None:
    if ran.code:
        raise CommandError(f"command terminated with exit code {ran.code}", ran.code, plain=False)


def _run(
    client: Client,
    given: Given,
    spec: Spec,
    command: tuple[str, ...],
    stdin: bytes = b"",
    quiet: bool = False,
) -> Ran:
    """Run a command in a container, and wait for its end. Raises StatusError and CommandError."""
    place = spec.namespace or client.namespace
    pod = client.get("pods", spec.pod, place)
    if pod.status.phase in ("Succeeded", "Failed"):
        raise CommandError(
            f"cannot exec into a container in a completed pod; current phase is {pod.status.phase}"
        )
    said = len(client.err)
    (name,) = containers_of(client, single(given), pod, given["container"])
    if quiet:
        del client.err[said:]
    body: dict[str, Any] = {"container": name, "command": list(command), "stdin": bool(stdin)}
    stream = client.ask("create", "pods", place, spec.pod, subresource="exec", body=body).unwrap()
    texts: dict[str, list[str]] = {}
    stream.listen(lambda stream, text: texts.setdefault(stream, []).append(text))
    if stdin:
        stream.session.type(stdin.decode("utf-8", "surrogateescape"))
        stream.session.end_input()
    if not client.run_until(lambda: stream.result is not None, 3600):
        raise CommandError("timed out waiting for the condition")
    if stream.result.error:
        raise CommandError(f"Internal error occurred: {stream.result.error}")
    errors = "".join(texts.pop(STDERR, []))
    out = "".join(text for several in texts.values() for text in several)
    return Ran(out.encode("utf-8", "surrogateescape"), errors, stream.result.exit_code)
