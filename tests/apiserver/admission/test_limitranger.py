"""LimitRanges: defaults and bounds.

Tables of plugin/pkg/admission/limitranger/admission_test.go.
"""

from __future__ import annotations

import pytest

from kubelite.api.core_v1 import (
    Container,
    LimitRange,
    LimitRangeItem,
    LimitRangeSpec,
    Pod,
    PodSpec,
    ResourceList,
    ResourceRequirements,
)
from kubelite.apimachinery.quantity import Quantity
from kubelite.apiserver.admission.limitranger import (
    ANNOTATION,
    pod_faults,
    with_defaults,
    with_note,
)


def amounts(text: str) -> ResourceList:
    """ "100m 1Gi": cpu and memory; "-" for none."""
    pairs = zip(("cpu", "memory"), (text + " - -").split(), strict=False)
    return {name: Quantity.parse(amount) for name, amount in pairs if amount != "-"}


def pod(count: int, requests: str, limits: str) -> Pod:
    resources = ResourceRequirements(requests=amounts(requests), limits=amounts(limits))
    containers = tuple(
        Container(name=f"foo-{number}", resources=resources) for number in range(count)
    )
    return Pod(spec=PodSpec(containers=containers))


def limit_range(item: LimitRangeItem) -> LimitRange:
    return LimitRange(spec=LimitRangeSpec(limits=(item,)))


# type, bound, its amounts, containers, requests, limits of each
FINE = [
    ("Container", "min", "50m", 1, "100m", ""),
    ("Container", "min", "50m", 1, "100m", "200m"),
    ("Container", "min", "- 50Mi", 1, "- 60Mi", ""),
    ("Container", "min", "- 50Mi", 1, "- 60Mi", "- 100Mi"),
    ("Container", "max", "2", 1, "500m", "1"),
    ("Container", "max", "2", 1, "", "1"),
    ("Container", "max", "- 1Gi", 1, "- 250Mi", "- 500Mi"),
    ("Container", "max", "- 1Gi", 1, "", "- 500Mi"),
    ("Container", "max_limit_request_ratio", "1.5", 1, "500m", "750m"),
    ("Pod", "min", "100m", 2, "75m", ""),
    ("Pod", "min", "100m", 2, "75m", "200m"),
    ("Pod", "min", "- 100Mi", 2, "- 60Mi", ""),
    ("Pod", "min", "- 100Mi", 2, "- 60Mi", "- 100Mi"),
    ("Pod", "max", "2", 2, "500m", "1"),
    ("Pod", "max", "2", 2, "", "1"),
    ("Pod", "max", "- 1Gi", 2, "- 250Mi", "- 500Mi"),
    ("Pod", "max", "- 1Gi", 2, "", "- 500Mi"),
    ("Pod", "max_limit_request_ratio", "- 1.5", 3, "- 300Mi", "- 450Mi"),
]

# the same, and what is said
REFUSED = [
    ("Container", "min", "50m", 1, "40m", "", "but request is 40m"),
    ("Container", "min", "50m", 1, "40m", "200m", "but request is 40m"),
    ("Container", "min", "50m", 1, "", "", "50m.  No request is specified"),
    ("Container", "min", "- 50Mi", 1, "- 40Mi", "", "but request is 40Mi"),
    ("Container", "min", "- 50Mi", 1, "- 40Mi", "- 100Mi", "but request is 40Mi"),
    ("Container", "min", "- 50Mi", 1, "", "", "50Mi.  No request is specified"),
    ("Container", "max", "2", 1, "500m", "2500m", "but limit is 2500m"),
    ("Container", "max", "2", 1, "", "2500m", "but limit is 2500m"),
    ("Container", "max", "2", 1, "", "", "2.  No limit is specified"),
    ("Container", "max", "- 1Gi", 1, "- 250Mi", "- 2Gi", "but limit is 2Gi"),
    ("Container", "max", "- 1Gi", 1, "", "- 2Gi", "but limit is 2Gi"),
    ("Container", "max", "- 1Gi", 1, "", "", "1Gi.  No limit is specified"),
    (
        "Container",
        "max_limit_request_ratio",
        "1",
        1,
        "1250m",
        "2500m",
        "cpu max limit to request ratio per Container is 1, but provided ratio is 2.000000",
    ),
    ("Pod", "min", "100m", 1, "75m", "", "minimum cpu usage per Pod is 100m, but request is 75m"),
    ("Pod", "min", "100m", 1, "75m", "200m", "but request is 75m"),
    ("Pod", "min", "- 100Mi", 1, "- 60Mi", "", "but request is 60Mi"),
    ("Pod", "min", "- 100Mi", 1, "- 60Mi", "- 100Mi", "but request is 60Mi"),
    ("Pod", "max", "2", 3, "500m", "1", "maximum cpu usage per Pod is 2, but limit is 3"),
    ("Pod", "max", "2", 3, "", "1", "but limit is 3"),
    ("Pod", "max", "- 1Gi", 3, "- 250Mi", "- 500Mi", "but limit is 1500Mi"),
    ("Pod", "max", "- 1Gi", 3, "", "- 500Mi", "but limit is 1500Mi"),
    ("Pod", "max_limit_request_ratio", "- 1.5", 3, "- 250Mi", "- 500Mi", "ratio is 2.000000"),
]


@pytest.mark.parametrize("case", FINE)
def test_within_bounds(case: tuple[str, str, str, int, str, str]) -> None:
    what, bound, amount, *asked = case
    item = LimitRangeItem(type=what, **{bound: amounts(amount)})
    assert not list(pod_faults(limit_range(item), pod(*asked)))


@pytest.mark.parametrize("case", REFUSED)
def test_out_of_bounds(case: tuple[str, str, str, int, str, str, str]) -> None:
    what, bound, amount, count, requests, limits, said = case
    item = LimitRangeItem(type=what, **{bound: amounts(amount)})
    (fault,) = pod_faults(limit_range(item), pod(count, requests, limits))
    assert fault.endswith(said)


# What a container says, what it has then, and the note; TestMergePodResourceRequirements.
DEFAULTED = [
    (("", ""), ("50m 5Mi", "75m 10Mi"), "cpu, memory request for container foo-0; "
     "cpu, memory limit for container foo-0"),
    (("- 512Mi", ""), ("50m 512Mi", "75m 10Mi"), "cpu request for container foo-0; "
     "cpu, memory limit for container foo-0"),
    (("100m 512Mi", "200m 1G"), ("100m 512Mi", "200m 1G"), ""),
]  # fmt: skip


@pytest.mark.parametrize(("said", "found", "note"), DEFAULTED)
def test_defaults(said: tuple[str, str], found: tuple[str, str], note: str) -> None:
    item = LimitRangeItem(
        type="Container", default=amounts("75m 10Mi"), default_request=amounts("50m 5Mi")
    )
    before = pod(1, *said)
    after = with_note(before, *with_defaults(limit_range(item), before.spec))
    resources = after.spec.containers[0].resources
    assert (resources.requests, resources.limits) == tuple(map(amounts, found))
    noted = after.metadata.annotations.get(ANNOTATION, "")
    assert noted == (f"LimitRanger plugin set: {note}" if note else "")
