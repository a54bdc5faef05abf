"""The objects a command is about: named, selected, or described in files.

Models cli-runtime's resource.Builder and its visitors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from kubelite.apimachinery import labels
from kubelite.apimachinery.errors import StatusError, go_quote
from kubelite.apimachinery.scheme import Kind
from kubelite.apimachinery.struct import replace, to_dict
from kubelite.kubectl.client import Client
from kubelite.kubectl.files import Described, Document, check_flags, customised, documents
from kubelite.kubectl.flags import SWITCH, TEXT, WORDS, Flag, Given
from kubelite.kubectl.kinds import expanded, kind_of
from kubelite.kubectl.result import CommandError, Failures

FILES = (
    Flag("filename", WORDS, short="f"),
    Flag("kustomize", TEXT, short="k"),
    Flag("recursive", SWITCH, short="R"),
)
SELECTOR = Flag("selector", TEXT, short="l")
EVERY_NAMESPACE = Flag("all-namespaces", SWITCH, short="A")

MISSING = (
    "You must provide one or more resources by argument or filename.\n"
    "Example resource specifications include:\n"
    "   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'"
)


@dataclass
class Info:
    """One object: which, as the server has it, and as a file wants it."""

    kind: Kind
    namespace: str
    name: str
    obj: Any = None
    """The typed object of the server; None while it has not been asked."""
    wanted: Document | None = None
    """What a file says."""
    source: str = ""

    @property
    def plain(self) -> Document:
        """The object as plain dicts: the server's, or else the file's."""
        plain: Document = to_dict(self.obj) if self.obj is not None else (self.wanted or {})
        return plain

    @property
    def title(self) -> str:
        """``deployment.apps/web``."""
        return title(self.kind, self.name)


def title(kind: Kind, name: str) -> str:
    """An object's kind and name as kubectl prints them."""
    return f"{kind.group_kind.lower() if kind.group else kind.kind.lower()}/{name}"


@dataclass
class Builder:
    """What a command was given, and how it wants it understood."""

    client: Client
    words: Sequence[str] = ()
    files: Sequence[str] = ()
    kustomize: str = ""
    recursive: bool = False
    labels: str = ""
    fields: str = ""
    every_namespace: bool = False
    select_all: bool = False
    """``--all``: everything of a kind."""
    allow_empty: bool = False
    """A kind alone means all of it."""
    retrieve: bool = True
    """Ask the server for each object that is named."""
    latest: bool = False
    """Ask it for those in files, too."""
    stop_at_first: bool = False
    single_type: bool = False
    lists: bool = False
    """A selection is one list for each kind, as the server sends it."""
    subresource: str = ""
    infos: list[Info] = field(default_factory=list)

    def visit(self, action: Callable[[Info], object]) -> int:
        """Do something with each; how many there were. Raises what went wrong, when all is done."""
        errors: list[Exception] = []
        done = 0
        for found in self._found():
            try:
                if isinstance(found, Exception):
                    raise found
                self._retrieve(found)
                done += 1
                self.infos.append(found)
                action(found)
            except Failures as several:
                errors += several.errors
            except (StatusError, CommandError) as error:
                errors.append(error)
            if errors and self.stop_at_first:
                break
        if errors:
            raise Failures(errors)
        return done

    def gathered(self) -> list[Exception]:
        """Fill ``infos``; what went wrong is returned. Raises CommandError for wrong words."""
        try:
            self.visit(lambda _: None)
        except Failures as failures:
            return failures.errors
        return []

    def all(self) -> list[Info]:
        """Every object. Raises what went wrong."""
        self.visit(lambda _: None)
        return self.infos

    @property
    def single(self) -> bool:
        """Whether one object was asked for by its name, or by a file."""
        if self.files:
            return len(self.files) == 1 and len(self.infos) == 1 and self.files[0] != "-"
        return self._named_one

    _named_one: bool = False

    def _retrieve(self, info: Info) -> None:
        if info.wanted is not None and not self.latest:
            return
        if info.obj is None and self.retrieve:
            info.obj = self.client.ask(
                "get", info.kind, info.namespace, info.name, subresource=self.subresource
            ).unwrap()

    def _found(self) -> Iterator[Info | Exception]:
        if self.files or self.kustomize:
            if self.words:
                raise CommandError(_BOTH)
            yield from self._in_files()
            return
        words = self._normalised()
        slashes = [word for word in words if "/" in word]
        if slashes:
            yield from self._by_tuples(words, len(slashes))
        elif not words:
            raise CommandError(_NO_TYPE if self.labels or self.fields else MISSING)
        else:
            yield from self._by_type(words)

    def _normalised(self) -> Sequence[str]:
        """``pods,svc web`` is ``pods/web svc/web``."""
        if len(self.words) < 2 or "," not in self.words[0]:
            return self.words
        kinds = dict.fromkeys(self.words[0].split(","))
        return [f"{kind}/{name}" for kind in kinds for name in self.words[1:]]

    def _by_tuples(self, words: Sequence[str], slashes: int) -> Iterator[Info]:
        if slashes != len(words):
            raise CommandError(_SEPARATE)
        pairs = [_pair(word) for word in words]
        if self.labels or self.fields or self.select_all:
            raise CommandError(_SELECTED_TUPLES)
        self._named_one = len(pairs) == 1
        kinds = [kind_of(self.client.scheme, word) for word, _ in pairs]
        if self.single_type and len(set(kinds)) > 1:
            raise CommandError(_TYPES)
        places = [self._place_of_name(kind) for kind in kinds]
        for kind, place, (_, name) in zip(kinds, places, pairs, strict=True):
            yield Info(kind, place, name)

    def _place_of_name(self, kind: Kind) -> str:
        if kind.namespaced and self.every_namespace:
            raise CommandError("a resource cannot be retrieved by name across all namespaces")
        return self.client.place(kind)

    def _by_type(self, words: Sequence[str]) -> Iterator[Info | Exception]:
        names = words[1:]
        selecting = bool(self.labels or self.fields or self.select_all)
        selecting = selecting or self.allow_empty and not names
        if selecting and names:
            raise CommandError("name cannot be provided when a selector is specified")
        kinds = [kind_of(self.client.scheme, w) for w in expanded(self.client.scheme, words[0])]
        kinds = list(dict.fromkeys(kinds))
        if selecting and self.subresource:
            raise CommandError("subresource cannot be used when bulk resources are specified")
        if len(kinds) > 1 and self.single_type:
            raise CommandError(_TYPES)
        if selecting:
            yield from self._selected(kinds)
            return
        if not names:
            raise CommandError("resource(s) were provided, but no name was specified")
        self._named_one = len(names) == 1
        place = self._place_of_name(kinds[0])
        for name in names:
            yield Info(kinds[0], place, name)

    def _selected(self, kinds: Iterable[Kind]) -> Iterator[Info | Exception]:
        for kind in kinds:
            place = "" if self.every_namespace else self.client.place(kind)
            try:
                listed = self.client.listed(kind, place, self.labels, self.fields)
            except StatusError as error:
                yield self._unable(kind, error)
                continue
            if self.lists:
                yield Info(kind, place, "", listed)
                continue
            for obj in listed.items:
                yield Info(kind, obj.metadata.namespace, obj.metadata.name, obj)

    def _unable(self, kind: Kind, error: StatusError) -> Exception:
        """What is said of a list with selectors that the server refused."""
        if error.reason != "BadRequest" or not (self.labels or self.fields):
            return error
        where = f"{kind.group}/{kind.version}, Resource={kind.plural}"
        message = (
            f"Unable to find {go_quote(where)} that match label selector {go_quote(self.labels)}, "
            f"field selector {go_quote(self.fields)}: {error.status.message}"
        )
        return StatusError(replace(error.status, message=message))

    def _in_files(self) -> Iterator[Info | Exception]:
        for document in self._documents():
            if isinstance(document, Exception):
                yield document
                continue
            if not self._selects(document.content):
                continue
            kind, place = document.kind, self._place_of(document.kind, document.content)
            if isinstance(place, Exception):
                yield place
                continue
            meta = document.content.get("metadata") or {}
            name = meta.get("name") or ""
            yield Info(kind, place, name, None, document.content, document.source)

    def _documents(self) -> Iterator[Described | Exception]:
        if self.kustomize:
            return customised(self.client, self.kustomize)
        return documents(self.client, self.files, self.recursive)

    def _selects(self, content: Document) -> bool:
        """Whether a selector lets an object of a file through. Raises CommandError."""
        try:
            wanted = labels.parse(self.labels)
        except ValueError as error:
            raise CommandError(
                f"the provided selector {go_quote(self.labels)} is not valid: {error}"
            ) from error
        held = (content.get("metadata") or {}).get("labels") or {}
        return wanted.matches({key: str(value) for key, value in held.items()})

    def _place_of(self, kind: Kind, content: Document) -> str | Exception:
        meta = content.get("metadata") or {}
        said = meta.get("namespace") or ""
        if not kind.namespaced:
            return ""
        if said and self.client.namespace_given and said != self.client.namespace:
            return CommandError(
                f"the namespace from the provided object {go_quote(said)} does not match the "
                f"namespace {go_quote(self.client.namespace)}. You must pass "
                f"'--namespace={said}' to perform this operation."
            )
        place: str = said or self.client.namespace
        content["metadata"] = meta | {"namespace": place}
        return place


def built(client: Client, given: Given, **options: Any) -> Builder:
    """A builder from the usual words and flags of a verb."""
    check_flags(given)
    return Builder(
        client,
        given.words,
        given.get("filename", ()),
        given.get("kustomize", ""),
        given.get("recursive", False),
        given.get("selector", "").strip(),
        given.get("field-selector", "").strip(),
        given.get("all-namespaces", False),
        given.get("all", False),
        **options,
    )


def _pair(word: str) -> tuple[str, str]:
    parts = word.split("/")
    if len(parts) > 2:
        raise CommandError("arguments in resource/name form may not have more than one slash")
    if not all(parts) or "," in parts[0]:
        raise CommandError("arguments in resource/name form must have a single resource and name")
    return parts[0], parts[1]


_BOTH = (
    "when paths, URLs, or stdin is provided as input, "
    "you may not specify resource arguments as well"
)
_NO_TYPE = "at least one resource must be specified to use a selector"
_TYPES = "you may only specify a single resource type"
_SELECTED_TUPLES = "selectors and the all flag cannot be used when passing resource/name arguments"
_SEPARATE = (
    "there is no need to specify a resource type as a separate argument when passing arguments in "
    "resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of "
    "'kubectl get resource resource/<resource_name>'"
)
