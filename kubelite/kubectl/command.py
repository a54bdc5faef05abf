"""A command line: from a line of text to a verb that is done, and what it printed.

Models pkg/cmd/cmd.go, with cobra's way to find a command.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from kubelite.apimachinery.errors import StatusError
from kubelite.kubectl import flags, unknown
from kubelite.kubectl.client import Client, Settings
from kubelite.kubectl.failures import said
from kubelite.kubectl.flags import EACH, SWITCH, TEXT, Flag, Given
from kubelite.kubectl.result import CommandError, Failures, Result
from kubelite.kubectl.verbs import Verb, table

if TYPE_CHECKING:
    from kubelite.cluster import Cluster

_NO_DURATION = (
    "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by "
    "a corresponding time unit (e.g. 1s | 2m | 3h)"
)

PATIENCE = 60.0
"""Virtual seconds after which ``get -w`` and ``logs -f`` end, unless told otherwise."""

GLOBAL = (
    Flag("namespace", TEXT, short="n"),
    Flag("as"),
    Flag("as-group", EACH),
    Flag("as-uid"),
    Flag("as-user-extra", EACH),
    Flag("cache-dir"),
    Flag("certificate-authority"),
    Flag("client-certificate"),
    Flag("client-key"),
    Flag("cluster"),
    Flag("context"),
    Flag("disable-compression", SWITCH),
    Flag("insecure-skip-tls-verify", SWITCH),
    Flag("kubeconfig"),
    Flag("kuberc"),
    Flag("log-flush-frequency"),
    Flag("match-server-version", SWITCH),
    Flag("profile"),
    Flag("profile-output"),
    Flag("request-timeout", TEXT, "0"),
    Flag("server", TEXT, short="s"),
    Flag("tls-server-name"),
    Flag("token"),
    Flag("user"),
    Flag("username"),
    Flag("password"),
    Flag("v", TEXT, short="v"),
    Flag("vmodule"),
    Flag("warnings-as-errors", SWITCH),
    Flag("help", SWITCH, short="h"),
)


class Kubectl:
    """kubectl for one cluster. Call it with a line: ``k("get pods -o wide")``."""

    def __init__(self, cluster: Cluster):
        self._cluster = cluster

    def __call__(
        self,
        line: str | Sequence[str],
        stdin: str = "",
        *,
        seconds: float = PATIENCE,
        edit: Callable[[str], str] | None = None,
    ) -> Result:
        """Run one command, written as in a shell, with or without "kubectl" in front.

        ``stdin`` is what ``-f -`` reads. What would go on for ever, as ``get -w``, goes on for
        ``seconds`` of virtual time. ``edit`` stands in for the editor of ``kubectl edit``.
        """
        # By way of the cluster: its calls take a lock while it is served.
        done: Result = self._cluster.kubectl(line, stdin, seconds=seconds, edit=edit)
        return done

    def __repr__(self) -> str:
        return f"kubectl of {self._cluster!r}"


def kubectl(cluster: Cluster) -> Kubectl:
    """A kubectl that speaks to this cluster, inside this process."""
    return Kubectl(cluster)


def perform(
    cluster: Cluster,
    line: str | Sequence[str],
    stdin: str = "",
    *,
    seconds: float = PATIENCE,
    edit: Callable[[str], str] | None = None,
) -> Result:
    """What ``Kubectl`` does, and ``Cluster.kubectl``."""
    words = shlex.split(line) if isinstance(line, str) else list(line)
    client = Client(cluster, _settings(cluster), stdin, seconds)
    client.edit = edit
    code = 0
    try:
        _run(client, words[1:] if words[:1] == ["kubectl"] else words)
    except (CommandError, Failures, StatusError) as error:
        text, code = said(error)
        client.err.append(text)
    return Result("".join(client.out), "".join(client.err), code)


def _settings(cluster: Cluster) -> Settings:
    """A cluster's contexts, which outlive a command as the file ~/.kube/config does."""
    found: Settings = cluster.__dict__.setdefault("_kubectl_settings", Settings())
    return found


@cache
def verbs() -> dict[str, Verb]:
    """The table, made once."""
    return table()


def _run(client: Client, words: Sequence[str]) -> None:
    path, rest = found(words)
    verb = verbs()[path]
    given = flags.read(path, (*GLOBAL, *verb.flags), rest)
    if given["help"]:
        client.write(unknown.help_of(path, verb.flags))
        return
    missing = [name for name in verb.required if not given.has(name)]
    if missing:
        listed = ", ".join(f'"{name}"' for name in missing)
        raise CommandError(f"required flag(s) {listed} not set")
    _settle(client, given)
    verb.run(client, given)


def _settle(client: Client, given: Given) -> None:
    """What the global flags say: where, and in whose name."""
    if given.has("namespace"):
        client.namespace, client.namespace_given = given["namespace"] or "default", True
    if given["as"]:
        client.cluster = client.cluster.as_user(given["as"], given["as-group"])
    if given["request-timeout"] not in ("0", ""):
        client.patience = _seconds(given["request-timeout"])


def _seconds(text: str) -> float:
    if text.isdigit():
        return float(text)
    try:
        return flags.seconds(text)
    except ValueError as error:
        raise CommandError(_NO_DURATION) from error


def found(words: Sequence[str]) -> tuple[str, list[str]]:
    """The verb's name, and the words without it. Raises CommandError."""
    known = verbs()
    groups = {" ".join(path.split()[:n]) for path in known for n in range(1, path.count(" ") + 1)}
    rest = list(words)
    at = _next_word(rest, 0)
    if at is None:
        raise unknown.nothing()
    path = rest.pop(at)
    while path in groups:
        at = _next_word(rest, at)
        word = rest[at] if at is not None else ""
        longer = f"{path} {unknown.ALIASES.get((path, word), word)}"
        if at is None or (longer not in known and longer not in groups):
            if path not in known:
                raise unknown.subcommand(path, word)
            break
        rest.pop(at)
        path = longer
    if path not in known:
        raise unknown.command(path)
    return path, rest


def _next_word(words: Sequence[str], start: int) -> int | None:
    """Where the next word is that is no flag and no flag's value."""
    takes = {f"--{f.name}" for f in GLOBAL if f.type != SWITCH}
    takes |= {f"-{f.short}" for f in GLOBAL if f.short and f.type != SWITCH}
    at = start
    while at < len(words):
        word = words[at]
        if word == "--":
            return None
        if not word.startswith("-") or word == "-":
            return at
        at += 2 if word in takes else 1
    return None
