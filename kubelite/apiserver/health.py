"""Whether the server lives and is ready, and what that is made of.

Models k8s.io/apiserver/pkg/server/healthz. Whoever can ask at all finds everything in order: the
server is one function, and its store and copies are there with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kubelite.apimachinery.errors import go_quote

_ALIVE = ("ping", "log", "etcd")
CHECKS = {
    "healthz": _ALIVE,
    "livez": _ALIVE,
    "readyz": (*_ALIVE, "etcd-readiness", "informer-sync", "shutdown"),
}
"""By path, what is looked at. A real server has some thirty more: hooks that ran at its start."""

PATHS = tuple(f"/{name}" for name in CHECKS)


def health(path: str, query: Mapping[str, Sequence[str]]) -> str | None:
    """The text at a path such as "/readyz" or "/livez/etcd"; None if there is no such check.

    ``query`` may say "verbose", and "exclude" with names of checks.
    """
    name, _, part = path.strip("/").partition("/")
    checks = CHECKS.get(name, ())
    if not checks or (part and part not in checks):
        return None
    if part or "verbose" not in query:
        return "ok"
    excluded = dict.fromkeys(query.get("exclude", ()))
    lines = [f"[+]{check} {'excluded: ok' if check in excluded else 'ok'}" for check in checks]
    if unknown := sorted(excluded.keys() - set(checks)):
        names = ",".join(map(go_quote, unknown))
        lines.append(f"warn: some health checks cannot be excluded: no matches for {names}")
    return "\n".join([*lines, f"{name} check passed", ""])
