"""Which failures of pods a Job forgives, and when enough of its indexes have succeeded.

Models the policies in ``pkg/apis/batch/validation/validation.go``.
"""

from __future__ import annotations

from kubelite.api import batch_v1
from kubelite.apimachinery.errors import OMITTED, FieldError, go_quote
from kubelite.apiserver.validation.formats import Errors, non_negative, qualified_name

MAX_RULES = 20
MAX_PATTERNS = 20
MAX_EXIT_CODES = 255
MAX_INDEXES_TEXT = 64 * 1024

_ACTIONS = ("Count", "FailIndex", "FailJob", "Ignore")
_STATUSES = ("False", "True", "Unknown")


def _words(words: tuple[str, ...]) -> str:
    return "valid values: [" + " ".join(map(go_quote, words)) + "]"


def validate_pod_failure_policy(spec: batch_v1.JobSpec, path: str) -> Errors:
    """At most twenty rules, each about exit codes or about conditions."""
    rules = spec.pod_failure_policy.rules if spec.pod_failure_policy else ()
    if len(rules) > MAX_RULES:
        yield FieldError.too_many(f"{path}.rules", len(rules), MAX_RULES)
    pod = spec.template.spec
    containers = {container.name for container in (*pod.containers, *pod.init_containers)}
    for index, rule in enumerate(rules):
        yield from _rule(spec, rule, f"{path}.rules[{index}]", containers)


def _rule(
    spec: batch_v1.JobSpec, rule: batch_v1.PodFailurePolicyRule, path: str, containers: set[str]
) -> Errors:
    action = rule.action
    if not action:
        yield FieldError.required(f"{path}.action", _words(_ACTIONS))
    elif action == "FailIndex":
        if spec.backoff_limit_per_index is None:
            fault = "requires the backoffLimitPerIndex to be set"
            yield FieldError.invalid(f"{path}.action", action, fault)
    elif action not in _ACTIONS:
        yield FieldError.not_supported(f"{path}.action", action, _ACTIONS)
    if rule.on_exit_codes is not None:
        yield from _exit_codes(rule.on_exit_codes, f"{path}.onExitCodes", containers)
    if rule.on_pod_conditions:
        yield from _conditions(rule.on_pod_conditions, f"{path}.onPodConditions")
    if rule.on_exit_codes is not None and rule.on_pod_conditions:
        fault = "specifying both OnExitCodes and OnPodConditions is not supported"
        yield FieldError.invalid(path, OMITTED, fault)
    if rule.on_exit_codes is None and not rule.on_pod_conditions:
        fault = "specifying one of OnExitCodes and OnPodConditions is required"
        yield FieldError.invalid(path, OMITTED, fault)


def _conditions(
    patterns: tuple[batch_v1.PodFailurePolicyOnPodConditionsPattern, ...], path: str
) -> Errors:
    if len(patterns) > MAX_PATTERNS:
        yield FieldError.too_many(path, len(patterns), MAX_PATTERNS)
    for index, pattern in enumerate(patterns):
        at = f"{path}[{index}]"
        yield from qualified_name(f"{at}.type", pattern.type)
        if not pattern.status:
            yield FieldError.required(f"{at}.status", _words(_STATUSES))
        elif pattern.status not in _STATUSES:
            yield FieldError.not_supported(f"{at}.status", pattern.status, _STATUSES)


def _exit_codes(
    codes: batch_v1.PodFailurePolicyOnExitCodesRequirement, path: str, containers: set[str]
) -> Errors:
    if not codes.operator:
        yield FieldError.required(f"{path}.operator", _words(("In", "NotIn")))
    elif codes.operator not in ("In", "NotIn"):
        yield FieldError.not_supported(f"{path}.operator", codes.operator, ("In", "NotIn"))
    name = codes.container_name
    if name is not None and name not in containers:
        fault = "must be one of the container or initContainer names in the pod template"
        yield FieldError.invalid(f"{path}.containerName", name, fault)
    yield from _values(codes, f"{path}.values")


def _values(codes: batch_v1.PodFailurePolicyOnExitCodesRequirement, path: str) -> Errors:
    values = codes.values
    if not values:
        yield FieldError.invalid(path, list(values), "at least one value is required")
    elif len(values) > MAX_EXIT_CODES:
        yield FieldError.too_many(path, len(values), MAX_EXIT_CODES)
    for index, value in enumerate(values):
        if codes.operator == "In" and value == 0:
            fault = "must not be 0 for the In operator"
            yield FieldError.invalid(f"{path}[{index}]", value, fault)
        if value in values[:index]:
            yield FieldError.duplicate(f"{path}[{index}]", value)
    if list(values) != sorted(values):
        yield FieldError.invalid(path, list(values), "must be ordered")


def validate_success_policy(spec: batch_v1.JobSpec, path: str) -> Errors:
    """At least one rule and at most twenty, about indexes that there are."""
    rules = spec.success_policy.rules if spec.success_policy else ()
    if not rules:
        fault = "at least one rules must be specified when the successPolicy is specified"
        yield FieldError.required(f"{path}.rules", fault)
    if len(rules) > MAX_RULES:
        yield FieldError.too_many(f"{path}.rules", len(rules), MAX_RULES)
    for index, rule in enumerate(rules):
        yield from _success_rule(spec.completions or 0, rule, f"{path}.rules[{index}]")


def _success_rule(completions: int, rule: batch_v1.SuccessPolicyRule, path: str) -> Errors:
    indexes, count = rule.succeeded_indexes, rule.succeeded_count
    if indexes is None and count is None:
        fault = "at least one of succeededCount or succeededIndexes must be specified"
        yield FieldError.required(path, fault)
    total = 0
    if indexes is not None:
        at = f"{path}.succeededIndexes"
        if len(indexes) > MAX_INDEXES_TEXT:
            yield FieldError.too_long(at, MAX_INDEXES_TEXT)
        try:
            total = count_indexes(indexes, completions)
        except ValueError as error:
            fault = f"error parsing succeededIndexes: {error}"
            yield FieldError.invalid(at, indexes, fault)
    if count is None:
        return
    at, most = f"{path}.succeededCount", "must be less than or equal to"
    yield from non_negative(at, count)
    if count > completions:
        fault = f"{most} {completions} (the number of specified completions)"
        yield FieldError.invalid(at, count, fault)
    if indexes is not None and count > total:
        fault = f"{most} {total} (the number of indexes in the specified succeededIndexes field)"
        yield FieldError.invalid(at, count, fault)


def count_indexes(text: str, completions: int) -> int:
    """How many indexes "0,2-4" names. Raises ValueError in the server's words."""
    total, last = 0, -1
    for part in text.split(",") if text else ():
        first, end = _interval(part, completions)
        if last >= first:
            raise ValueError(f"non-increasing order, previous: {last}, current: {first}")
        total += end - first + 1
        last = end
    return total


def _interval(text: str, completions: int) -> tuple[int, int]:
    limits = text.split("-")
    if len(limits) > 2:
        raise ValueError(
            f"the fragment {go_quote(text)} violates the requirement that an index interval can "
            "have at most two parts separated by '-'"
        )
    first = _index(limits[0], completions)
    if len(limits) == 1:
        return first, first
    last = _index(limits[1], completions)
    if first >= last:
        raise ValueError(f"non-increasing order, previous: {first}, current: {last}")
    return first, last


def _index(text: str, completions: int) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"cannot convert string to integer for index: {go_quote(text)}")
    if len(text) > 12 or int(text) >= completions:
        raise ValueError(f"too large index: {go_quote(text)}")
    return int(text)
