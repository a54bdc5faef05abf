"""What the API answers when it cannot do as asked."""

from __future__ import annotations

import json

import pytest

from kubelite import Cluster
from kubelite.apimachinery import errors
from kubelite.apimachinery.errors import FieldError, StatusError, go_quote, go_value
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.struct import encode

ANSWERS = [
    (errors.not_found("pods", "a"), 404, "NotFound", 'pods "a" not found'),
    (
        errors.already_exists("deployments.apps", "a"),
        409,
        "AlreadyExists",
        'deployments.apps "a" already exists',
    ),
    (
        errors.conflict("deployments.apps", "a"),
        409,
        "Conflict",
        'Operation cannot be fulfilled on deployments.apps "a": the object has been modified; '
        "please apply your changes to the latest version and try again",
    ),
    (errors.bad_request("why"), 400, "BadRequest", "why"),
    (errors.unauthorized(), 401, "Unauthorized", "Unauthorized"),
    (errors.forbidden("pods", "a", "no"), 403, "Forbidden", 'pods "a" is forbidden: no'),
    (errors.forbidden("pods", "", "no"), 403, "Forbidden", "pods is forbidden: no"),
    (errors.forbidden("", "", "no"), 403, "Forbidden", "forbidden: no"),
    (
        errors.method_not_supported("pods", "watch"),
        405,
        "MethodNotAllowed",
        'watch is not supported on resources of kind "pods"',
    ),
    (errors.gone("away"), 410, "Gone", "away"),
    (errors.expired("too old"), 410, "Expired", "too old"),
    (errors.too_many_requests("slow", 5), 429, "TooManyRequests", "slow"),
    (errors.internal("oh"), 500, "InternalError", "Internal error occurred: oh"),
    (
        errors.server_timeout("pods", "list", 2),
        500,
        "ServerTimeout",
        "The list operation against pods could not be completed at this time, please try again.",
    ),
    (errors.service_unavailable("down"), 503, "ServiceUnavailable", "down"),
    (errors.timeout("late"), 504, "Timeout", "Timeout: late"),
]


@pytest.mark.parametrize(("error", "code", "reason", "message"), ANSWERS)
def test_answers(error: StatusError, code: int, reason: str, message: str) -> None:
    assert (error.code, error.reason, str(error)) == (code, reason, message)


def test_a_status_on_the_wire() -> None:
    assert json.loads(encode(errors.not_found("deployments.apps", "web").status)) == {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": 'deployments.apps "web" not found',
        "reason": "NotFound",
        "details": {"name": "web", "group": "apps", "kind": "deployments"},
        "code": 404,
    }


def test_an_invalid_object_lists_every_field_once() -> None:
    negative = FieldError.invalid("spec.replicas", -1, "must be greater than or equal to 0")
    missing = FieldError.required("spec.selector")
    error = errors.invalid("Deployment.apps", "x", [negative, missing, negative])
    assert str(error) == (
        'Deployment.apps "x" is invalid: [spec.replicas: Invalid value: -1: must be greater than '
        "or equal to 0, spec.selector: Required value]"
    )
    assert error.status.details is not None
    assert [cause.field for cause in error.status.details.causes] == [
        "spec.replicas", "spec.selector", "spec.replicas",
    ]  # fmt: skip
    assert str(errors.invalid("Pod", "x", [missing])) == (
        'Pod "x" is invalid: spec.selector: Required value'
    )
    assert str(errors.invalid("Pod", "x", [])) == 'Pod "x" is invalid'


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (FieldError.invalid("a", "b", "c"), 'a: Invalid value: "b": c'),
        (FieldError.invalid("a", ["<b>"], ""), 'a: Invalid value: ["\\u003cb\\u003e"]'),
        (FieldError.invalid("a", None, ""), "a: Invalid value: null"),
        (FieldError.type_invalid("a", True, "c"), "a: Invalid value: true: c"),
        (FieldError.duplicate("a", "b"), 'a: Duplicate value: "b"'),
        (FieldError.not_found("a", "b"), 'a: Not found: "b"'),
        (FieldError.forbidden("a", "c"), "a: Forbidden: c"),
        (
            FieldError.not_supported("a", "x", ["TCP", "UDP"]),
            'a: Unsupported value: "x": supported values: "TCP", "UDP"',
        ),
        (FieldError.too_long("a", 63), "a: Too long: may not be more than 63 bytes"),
        (FieldError.too_many("a", 3, 1), "a: Too many: 3: must have at most 1 item"),
        (FieldError.too_many("a", -1, 2), "a: Too many: must have at most 2 items"),
        (FieldError.internal("a", "oh"), "a: Internal error: oh"),
    ],
)
def test_field_errors_print_as_upstreams(error: FieldError, text: str) -> None:
    assert str(error) == text


def test_go_prints() -> None:
    assert go_quote('tab\t quote" back\\ bell\a nul\0 é \u200b') == (
        r'"tab\t quote\" back\\ bell\a nul\x00 é \u200b"'
    )
    assert go_value(Quantity.parse("1.5Gi")) == '"1536Mi"'
    assert go_value(0.5) == "0.5"


def test_a_notebook_shows_the_line_of_the_cell_and_not_the_way_through_the_engine() -> None:
    cell = compile("cluster = Cluster(nodes=1)\ncluster.get('deployment/wbe')", "a cell", "exec")
    with pytest.raises(StatusError) as caught:
        exec(cell, {"__name__": "__main__", "Cluster": Cluster})
    told = 'StatusError in line 2 of its cell: deployments.apps "wbe" not found'
    assert caught.value._render_traceback_() == [told]
    with pytest.raises(StatusError) as elsewhere:
        Cluster(nodes=1).get("deployment/wbe")
    assert elsewhere.value._render_traceback_() == [told.replace(" in line 2 of its cell", "")]
