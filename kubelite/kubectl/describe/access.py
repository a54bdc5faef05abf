"""Descriptions of roles, and of who has them.

Models ``k8s.io/kubectl/pkg/describe`` and ``pkg/util/rbac`` (rules taken apart and put together).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kubelite.api.rbac_v1 import ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding
from kubelite.kubectl.describe.describing import Describing
from kubelite.kubectl.describe.page import begin, plain


class Allowed(NamedTuple):
    """What verbs are allowed for: one resource of a group, perhaps by one name, or one URL."""

    group: str
    resource: str
    name: str
    url: str

    @property
    def combined(self) -> str:
        """The resource as people write it: ``deployments.apps/scale``."""
        plural, slash, part = self.resource.partition("/")
        return plural + (f".{self.group}" if self.group else "") + slash + part


def compact(rules: Iterable[PolicyRule]) -> list[tuple[Allowed, list[str]]]:
    """Rules as one line for each resource and name, with its verbs; URLs have a line a verb."""
    lines: list[tuple[Allowed, list[str]]] = []
    known: dict[Allowed, list[str]] = {}
    for rule in rules:
        for allowed in _resources(rule):
            if allowed not in known and rule.verbs:
                known[allowed] = []
                lines.append((allowed, known[allowed]))
            if rule.verbs:
                known[allowed].extend(rule.verbs)
        for url in rule.non_resource_urls:
            lines += [(Allowed("", "", "", url), [verb]) for verb in rule.verbs]
    return sorted(lines, key=_as_go_prints)


def _resources(rule: PolicyRule) -> Iterator[Allowed]:
    for group in rule.api_groups:
        for resource in rule.resources:
            for name in rule.resource_names or ("",):
                yield Allowed(group, resource, name, "")


def _as_go_prints(line: tuple[Allowed, list[str]]) -> str:
    """Upstream sorts by what Go's String() says of a rule."""
    allowed, verbs = line
    groups, resources = ([], []) if allowed.url else ([allowed.group], [allowed.resource])
    names, urls = [allowed.name] if allowed.name else [], [allowed.url] if allowed.url else []
    return (
        f"&PolicyRule{{Verbs:{plain(verbs)},APIGroups:{plain(groups)},"
        f"Resources:{plain(resources)},ResourceNames:{plain(names)},"
        f"NonResourceURLs:{plain(urls)},}}"
    )


def role(found: Role | ClusterRole, to: Describing) -> str:
    """A Role or ClusterRole, resource by resource."""
    page = begin(found, namespaced=False)
    page.write(0, "PolicyRule:\n")
    titles = ("Resources", "Non-Resource URLs", "Resource Names", "Verbs")
    rows = [
        (
            allowed.combined,
            plain([allowed.url] if allowed.url else []),
            plain([allowed.name] if allowed.name else []),
            plain(verbs),
        )
        for allowed, verbs in compact(found.rules)
    ]
    page.table(1, titles, rows)
    return str(page)


def binding(found: RoleBinding | ClusterRoleBinding, to: Describing) -> str:
    """A binding: which role, and who has it."""
    page = begin(found, namespaced=False)
    page.write(0, "Role:\n")
    page.field(1, "Kind", found.role_ref.kind)
    page.field(1, "Name", found.role_ref.name)
    page.write(0, "Subjects:\n")
    rows = [(subject.kind, subject.name, subject.namespace) for subject in found.subjects]
    page.table(1, ("Kind", "Name", "Namespace"), rows)
    return str(page)
