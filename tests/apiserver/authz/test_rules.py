"""Which requests a rule lets through, and what rules cover.

Tables of plugin/pkg/auth/authorizer/rbac/rbac_test.go (TestRuleMatches) and of
k8s.io/component-helpers/auth/rbac/validation/policy_comparator_test.go.
"""

from __future__ import annotations

import pytest

from kubelite.api.rbac_v1 import PolicyRule
from kubelite.apimachinery.rest import User
from kubelite.apiserver.authz.rules import Attributes, allows, compacted, described, uncovered


def rule(verbs: str, groups: str = "", resources: str = "", names: str = "") -> PolicyRule:
    """Words apart by commas; ``core`` is the group without a name."""
    return PolicyRule(
        verbs=tuple(verbs.split(",")),
        api_groups=tuple("" if g == "core" else g for g in groups.split(",")) if groups else (),
        resources=tuple(resources.split(",")) if resources else (),
        resource_names=tuple(names.split(",")) if names else (),
    )


def urls(verbs: str, *paths: str) -> PolicyRule:
    return PolicyRule(verbs=tuple(verbs.split(",")), non_resource_urls=paths)


ME = User("me")
EVERY = [
    (verb, group, resource)
    for verb in ("verb1", "verb2")
    for group in ("group1", "group2")
    for resource in ("resource1", "resource2")
]

# A rule, and which of EVERY (verb, group, resource) it allows.
RESOURCES = [
    (rule("*", "group1", "resource1"), {("verb1", "group1", "resource1"),
                                        ("verb2", "group1", "resource1")}),
    (rule("verb1", "*", "resource1"), {("verb1", "group1", "resource1"),
                                       ("verb1", "group2", "resource1")}),
    (rule("verb1", "group1", "*"), {("verb1", "group1", "resource1"),
                                    ("verb1", "group1", "resource2")}),
    (rule("verb1,verb2", "group1,group2", "resource1,resource2"), set(EVERY)),
]  # fmt: skip


@pytest.mark.parametrize(("given", "allowed"), RESOURCES)
def test_resources(given: PolicyRule, allowed: set[tuple[str, str, str]]) -> None:
    assert {asked for asked in EVERY if allows(given, Attributes(ME, *asked))} == allowed


SUBRESOURCES = [  # rule, resource, subresource, allowed
    ("resource1/subresource1", "resource1", "subresource1", True),
    ("resource1/subresource1", "resource1", "subresource2", False),
    ("resource1/subresource1", "resource2", "subresource1", False),
    ("resource1/subresource1", "resource1", "", False),
    ("resource1", "resource1", "subresource1", False),
    ("*/subresource1", "resource2", "subresource1", True),
    ("*/subresource1", "resource2", "", False),
    ("*", "resource2", "subresource1", True),
]


@pytest.mark.parametrize(("given", "resource", "part", "allowed"), SUBRESOURCES)
def test_subresources(given: str, resource: str, part: str, allowed: bool) -> None:
    asked = Attributes(ME, "verb1", "group1", resource, part)
    assert allows(rule("*", "*", given), asked) is allowed


URLS = [
    (urls("verb1", "*"), "verb1", "/foo/bar/one", True),
    (urls("verb1", "*"), "verb2", "/foo", False),
    (urls("verb1", "/foo/*"), "verb1", "/foo", False),
    (urls("verb1", "/foo/*"), "verb1", "/foo/bar", True),
    (urls("verb1", "/foo/*"), "verb1", "/foo/bar/one", True),
    (urls("verb1", "/foo/*"), "verb1", "/notfoo", False),
    (urls("verb1", "/foo", "/foo/bar"), "verb1", "/foo/baz", False),
    (rule("*", "*", "*"), "verb1", "/foo", False),
]


@pytest.mark.parametrize(("given", "verb", "path", "allowed"), URLS)
def test_urls(given: PolicyRule, verb: str, path: str, allowed: bool) -> None:
    assert allows(given, Attributes(ME, verb, path=path)) is allowed


def test_names() -> None:
    only = rule("get", "core", "configmaps", "shop")
    asked = Attributes(ME, "get", "", "configmaps", name="shop")
    assert allows(only, asked) and not allows(only, asked._replace(name="other"))
    assert not allows(only, asked._replace(name=""))  # a list has no name


COVERED = [  # held, wanted, what is missing: policy_comparator_test.go
    ([rule("get", "v1", "foo")], [rule("get", "v1", "foo")], []),
    ([rule("get", "v1", "foo")], [rule("get,list", "v1", "foo")], [rule("list", "v1", "foo")]),
    ([rule("*", "v1", "foo")], [rule("get,list", "v1", "foo")], []),
    ([rule("get", "*", "foo")], [rule("get", "v1,v2", "foo")], []),
    ([rule("get", "v1", "*")], [rule("get", "v1", "foo/status")], []),
    ([rule("get", "v1", "*/scale")], [rule("get", "v1", "foo/scale")], []),
    ([rule("get", "v1", "foo")], [rule("get", "v1", "*")], [rule("get", "v1", "*")]),
    ([rule("get", "v1", "foo", "a")], [rule("get", "v1", "foo", "a")], []),
    ([rule("get", "v1", "foo", "a")], [rule("get", "v1", "foo")], [rule("get", "v1", "foo")]),
    ([rule("get", "v1", "foo")], [rule("get", "v1", "foo", "a")], []),
    ([urls("get", "/apis/*")], [urls("get", "/apis/v1")], []),
    ([urls("get", "/apis")], [urls("get", "/apis/*")], [urls("get", "/apis/*")]),
]


@pytest.mark.parametrize(("held", "wanted", "missing"), COVERED)
def test_covering(
    held: list[PolicyRule], wanted: list[PolicyRule], missing: list[PolicyRule]
) -> None:
    assert uncovered(held, wanted) == missing


def test_what_is_missing_is_shown_together() -> None:
    missing = uncovered([], [rule("get,list", "core", "pods"), urls("get", "/healthz")])
    assert [described(one) for one in compacted(missing)] == [
        '{NonResourceURLs:["/healthz"], Verbs:["get"]}',
        '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}',
    ]
