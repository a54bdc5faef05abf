"""The cases of upstream's ``pkg/controller/podautoscaler/replica_calculator_test.go``."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from kubelite.api.core_v1 import (
    Container,
    Pod,
    PodCondition,
    PodSpec,
    PodStatus,
    ResourceRequirements,
)
from kubelite.apimachinery.meta import ObjectMeta
from kubelite.apimachinery.quantity import Quantity
from kubelite.apimachinery.times import MINUTE, SECOND, Time
from kubelite.controllers.podautoscaler.replicas import (
    Groups,
    NotComputed,
    PodMetric,
    Timing,
    Tolerances,
    by_utilization,
    by_value,
    group_pods,
    requests_of,
)

NOW = 1_000 * MINUTE
TIMING = Timing(NOW, 2 * MINUTE, 10 * SECOND)  # what upstream's tests use
HOT, COOL = Time(NOW), Time(NOW - 3 * MINUTE)  # hotCPUCreationTime, coolCPUCreationTime
ONE, TWO = "container1", "container2"


class Case(NamedTuple):
    """One pod for each request; ``levels`` are of each of its two containers, thousandths."""

    name: str
    current: int
    expected: int
    levels: list[Any]
    target: int
    utilization: int = 0
    value: int = 0
    requests: str | list[str] = "1.0"
    ready: str = ""  # one letter a pod: y or n
    start: str = ""  # h(ot) or c(ool)
    phase: str = ""  # R(unning), F(ailed), P(ending)
    deleted: str = ""
    container: str = ""
    tolerances: Tolerances = Tolerances()
    pods: int = 0
    names: tuple[str, ...] = ()


def pair(*levels: int) -> list[tuple[int, int]]:
    """The same level in both containers."""
    return [(level, level) for level in levels]


def second(other: int, *levels: int) -> list[tuple[int, int]]:
    return [(other, level) for level in levels]


BROWN = ["0.9", "1.0", "1.1"]
JITTER = [400, 200, 310, 290, 302, 298, 301, 299, 300, 300]

SCALING = [
    Case("scale up", 3, 5, pair(300, 500, 700), 30, 50, 1000),
    Case("scale up: container", 3, 5, second(1000, 300, 500, 700), 30, 50, 500, container=TWO),
    Case("scale up: unready scales less", 3, 4, pair(300, 500, 700), 30, 60, 1200, ready="nyy"),
    Case("scale up: hot container", 3, 4, second(0, 300, 500, 700), 30, 60, 600, start="hcc",
         container=TWO),
    Case("scale up: hot pod", 3, 4, pair(300, 500, 700), 30, 60, 1200, start="hcc"),
    Case("no scale: unready ignored", 3, 3, pair(400, 500, 700), 30, 40, 800, ready="ynn"),
    Case("no scale: hot ignored", 3, 3, pair(400, 500, 700), 30, 40, 800, ready="ynn",
         start="chh"),
    Case("scale up: failed ignored", 2, 4, pair(500, 700), 30, 60, 1200, ready="yynn",
         phase="RRFF"),
    Case("scale up: failed ignored, metric of container missing", 2, 4,
         [(1000, 500), (9000, 700), (1000,), (9000,)], 30, 60, 600, ready="yynn", phase="RRFF",
         container=TWO),
    Case("scale up: container, failed ignored", 2, 4, [(1000, 500), (9000, 700)], 30, 60, 600,
         ready="yynn", phase="RRFF", container=TWO),
    Case("scale up: deleted ignored", 2, 4, pair(500, 700), 30, 60, 1200, ready="yynn",
         phase="RRRR", deleted="nnyy"),
    Case("scale up: container, deleted ignored", 2, 4, pair(500, 700), 30, 60, 600, ready="yynn",
         phase="RRRR", deleted="nnyy", container=ONE),
    Case("scale down", 5, 3, pair(100, 300, 500, 250, 250), 50, 28, 560),
    Case("scale down: container", 5, 3, second(1000, 100, 300, 500, 250, 250), 50, 28, 280,
         container=TWO),
    Case("scale down: unready", 5, 2, pair(100, 300, 500, 250, 250), 50, 30, 600, ready="yyynn"),
    Case("scale down: container, unready", 5, 2, second(1000, 100, 300, 500, 250, 250), 50, 30,
         300, ready="yyynn", container=TWO),
    Case("scale down: unscheduled", 5, 1, pair(100), 50, 10, 200, ready="ynnnn", phase="RPPPP"),
    Case("scale down: container, unscheduled", 5, 1, second(1000, 100, 300, 500, 250, 250), 50,
         10, 100, ready="ynnnn", phase="RPPPP", container=TWO),
    Case("scale down: hot", 5, 2, pair(100, 300, 500, 250, 250), 50, 30, 600, start="ccchh"),
    Case("scale down: container, hot", 5, 2, second(1000, 100, 300, 500, 1000, 1000), 50, 30,
         300, start="ccchh", container=TWO),
    Case("scale down: failed", 5, 3, pair(100, 300, 500, 250, 250), 50, 28, 560, ready="yyyyynn",
         phase="RRRRRFF"),
    Case("scale down: container, failed", 5, 3, second(1000, 100, 300, 500, 250, 250), 50, 28,
         280, ready="yyyyynn", phase="RRRRRFF", container=TWO),
    Case("scale down: deleted", 5, 3, pair(100, 300, 500, 250, 250), 50, 28, 560,
         ready="yyyyynn", deleted="nnnnnyy", phase="RRRRRRR"),
    Case("scale down: container, deleted", 5, 3, second(1000, 100, 300, 500, 250, 250), 50, 28,
         280, ready="yyyyynn", deleted="nnnnnyy", phase="RRRRRRR", container=TWO),
    Case("tolerance", 3, 3, pair(1010, 1030, 1020), 100, 102, 2040, BROWN),
    Case("outside a 0% tolerance", 3, 4, pair(909, 1010, 1111), 100, 101, 2020, BROWN,
         tolerances=Tolerances(0.0, 0.0)),
    Case("within a 200% scale-up tolerance", 3, 3, pair(1890, 1910, 1900), 100, 190, 3800, BROWN,
         tolerances=Tolerances(0.1, 2.0)),
    Case("outside an 8% scale-up tolerance", 3, 4, pair(1100, 1080, 1090), 100, 109, 2180, BROWN,
         tolerances=Tolerances(2.0, 0.08)),
    Case("within a 36% scale-down tolerance", 3, 3, pair(660, 640, 650), 100, 65, 1300, BROWN,
         tolerances=Tolerances(0.36, 0.1)),
    Case("outside a 34% scale-down tolerance", 3, 2, pair(660, 640, 650), 100, 65, 1300, BROWN,
         tolerances=Tolerances(0.34, 0.1)),
    Case("superfluous metrics", 4, 24, pair(4000, 9500, 3000, 7000, 3200, 2000), 100, 587, 11750),
    Case("missing metrics", 4, 3, pair(400, 95), 100, 24, 495),
    Case("missing metrics, no change: equal", 2, 2, pair(1000), 100, 100, 2000),
    Case("missing metrics, no change: greater", 2, 2, pair(1900), 100, 190, 3800),
    Case("missing metrics, no change: less", 2, 2, pair(600), 100, 60, 1200),
    Case("missing metrics, unready, no change", 3, 3, pair(100, 450), 50, 45, 900, ready="nyy"),
    Case("missing metrics, hot, no change", 3, 3, pair(100, 450), 50, 45, 900, start="hcc"),
    Case("missing metrics, unready, up", 3, 4, pair(100, 2000), 50, 200, 4000, ready="nyy"),
    Case("missing metrics, hot, up", 3, 4, pair(100, 2000), 50, 200, 4000, ready="nyy",
         start="hcc"),
    Case("missing metrics, unready, down", 4, 3, pair(100, 100, 100), 50, 10, 200, ready="nyyy"),
    Case("missing metrics, down, target over 100", 4, 2, pair(200, 100, 100), 300, 6, 200,
         ["1.0", "1.0", "2.0", "2.0"], ready="nyyy"),
    Case("rolling update with a surge", 2, 2, pair(100, 100), 50, 10, 200, phase="RRR"),
    Case("tolerance, computed: beyond it", 10, 9, pair(*[150] * 10), 56, 50, 300,
         [f"{amount}m" for amount in JITTER], pods=10),
    Case("tolerance, computed: just within", 10, 10, pair(*[150] * 10), 55, 50, 300,
         [f"{amount}m" for amount in JITTER], pods=10),
]  # fmt: skip

PLAIN = [
    Case("scale up", 3, 4, [20000, 10000, 30000], 15000, value=20000),
    Case("up: unready and hot do not matter", 3, 6, [50000, 10000, 30000], 15000, value=30000,
         ready="yyn", start="cch"),
    Case("up: unready and hot, would scale down", 3, 7, [50000, 15000, 30000], 15000,
         value=31666, ready="nyn", start="hch"),
    Case("scale down", 5, 3, [12000] * 5, 20000, value=12000),
    Case("tolerance", 3, 3, [20000, 21000, 21000], 20000, value=20666),
    Case("tolerance of 1% for growing", 3, 4, [20000, 21000, 21000], 20000, value=20666,
         tolerances=Tolerances(0.1, 0.01)),
    Case("missing metrics, no change", 5, 5, [20000, 19000, 21000], 20000, value=20000),
    Case("rolling update with a surge", 2, 2, [10000, 10000], 17000, value=10000, phase="RRR"),
]  # fmt: skip


def pods_of(case: Case) -> list[Pod]:
    count = max(case.current, len(case.phase), case.pods)
    requests = [case.requests] * count if isinstance(case.requests, str) else case.requests
    return [_pod(case, place, requests[place]) for place in range(count)]


def _pod(case: Case, place: int, request: str) -> Pod:
    asked = ResourceRequirements(requests={"cpu": Quantity.parse(request)})
    ready = "False" if case.ready[place : place + 1] == "n" else "True"
    phase = {"F": "Failed", "P": "Pending"}.get(case.phase[place : place + 1], "Running")
    start = {"h": HOT, "c": COOL}.get(case.start[place : place + 1], Time(-(10**18)))
    gone = case.deleted[place : place + 1] == "y"
    return Pod(
        metadata=ObjectMeta(name=f"pod-{place}", deletion_timestamp=Time(NOW) if gone else None),
        spec=PodSpec(
            containers=(Container(name=ONE, resources=asked), Container(name=TWO, resources=asked))
        ),
        status=PodStatus(
            phase=phase,
            start_time=start,
            conditions=(
                PodCondition(type="Ready", status=ready, last_transition_time=Time(-(10**18))),
            ),
        ),
    )


def metrics_of(case: Case) -> dict[str, PodMetric]:
    """As the metrics API gives them: without pods whose container is not among them."""
    found = {}
    for place, level in enumerate(case.levels):
        if isinstance(level, int):
            value: int | None = level
        elif case.container:
            at = (ONE, TWO).index(case.container)
            value = level[at] if at < len(level) else None
        else:
            value = sum(level)
        if value is not None:
            found[f"pod-{place}"] = PodMetric(value, -(10**18), MINUTE)
    return found


@pytest.mark.parametrize("case", SCALING, ids=lambda case: case.name)
def test_replica_calc_of_resources(case: Case) -> None:
    proposal = by_utilization(
        case.current,
        case.target,
        pods_of(case),
        metrics_of(case),
        "cpu",
        TIMING,
        case.container,
        case.tolerances,
    )
    assert proposal == (case.expected, case.utilization, case.value)


@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.name)
def test_replica_calc_of_plain_metrics(case: Case) -> None:
    proposal = by_value(
        case.current, case.target, pods_of(case), metrics_of(case), "", TIMING, case.tolerances
    )
    assert proposal == (case.expected, 0, case.value)


@pytest.mark.parametrize(
    ("case", "error"),
    [
        (Case("disjoint", 1, 0, pair(100), 100), "no metrics returned matched known pods"),
        (Case("none", 0, 0, pair(100), 100), "no pods returned by selector"),
        (Case("no request", 1, 0, pair(200), 100), "missing request for"),
        (Case("unready", 1, 0, pair(200), 100, ready="n", start="h"), "did not receive metrics"),
    ],
    ids=lambda case: getattr(case, "name", ""),
)
def test_replica_calc_that_fails(case: Case, error: str) -> None:
    pods, metrics = pods_of(case), metrics_of(case)
    if case.name == "disjoint":
        metrics = {"an-older-pod-name": metrics["pod-0"]}
    if case.name == "no request":
        pods = [Pod(metadata=pods[0].metadata, spec=PodSpec(containers=(Container(name=ONE),)),
                    status=pods[0].status)]  # fmt: skip
    with pytest.raises(NotComputed, match=error):
        by_utilization(case.current, case.target, pods, metrics, "cpu", TIMING)


def seen(
    name: str,
    phase: str = "Succeeded",
    start: int | None = None,
    ready: tuple[str, int] | None = None,
    deleted: bool = False,
) -> Pod:
    """A pod by its age and the age of its Ready condition, in seconds."""
    conditions = ()
    if ready:
        when = Time(NOW - ready[1] * SECOND)
        conditions = (PodCondition(type="Ready", status=ready[0], last_transition_time=when),)
    return Pod(
        metadata=ObjectMeta(name=name, deletion_timestamp=Time(SECOND) if deleted else None),
        status=PodStatus(
            phase=phase,
            start_time=None if start is None else Time(NOW - start * SECOND),
            conditions=conditions,
        ),
    )


LUCRETIUS = seen("lucretius", start=0)
EPICURUS = seen("epicurus", start=180)


@pytest.mark.parametrize(
    ("pods", "metrics", "resource", "expected"),
    [
        ([], {}, "cpu", Groups(0, [], [], [])),
        ([seen("b")], {"b": PodMetric(1, NOW, MINUTE)}, "memory", Groups(1, [], [], [])),
        ([LUCRETIUS], {"lucretius": PodMetric(1)}, "cpu", Groups(0, ["lucretius"], [], [])),
        ([seen("b", start=60, ready=("True", 30))], {"b": PodMetric(1, NOW, 30 * SECOND)}, "cpu",
         Groups(1, [], [], [])),
        ([seen("b", start=60, ready=("True", 30))], {"b": PodMetric(1, NOW, MINUTE)}, "cpu",
         Groups(0, ["b"], [], [])),
        ([seen("l", start=600, ready=("False", 594))], {"l": PodMetric(1)}, "cpu",
         Groups(0, ["l"], [], [])),
        ([seen("b", start=180, ready=("True", 180))], {"b": PodMetric(1, NOW - 2 * MINUTE)},
         "cpu", Groups(1, [], [], [])),
        ([seen("l", start=600, ready=("False", 540))], {"l": PodMetric(1)}, "cpu",
         Groups(1, [], [], [])),
        ([seen("l", start=600, ready=("False", 590))], {"l": PodMetric(1)}, "cpu",
         Groups(1, [], [], [])),
        ([EPICURUS], {}, "cpu", Groups(0, [], ["epicurus"], [])),
        ([LUCRETIUS, seen("niccolo", start=180, ready=("True", 180)), EPICURUS],
         {"lucretius": PodMetric(1), "niccolo": PodMetric(1)}, "cpu",
         Groups(1, ["lucretius"], ["epicurus"], [])),
        ([seen("unscheduled", "Pending")], {}, "cpu", Groups(0, ["unscheduled"], [], [])),
        ([seen("gone", "Pending", deleted=True)], {"gone": PodMetric(1)}, "cpu",
         Groups(0, [], [], ["gone"])),
        ([seen("failed", "Failed")], {"failed": PodMetric(1)}, "cpu",
         Groups(0, [], [], ["failed"])),
    ],
)  # fmt: skip
def test_group_pods(
    pods: list[Pod], metrics: dict[str, PodMetric], resource: str, expected: Groups
) -> None:
    assert group_pods(pods, metrics, resource, TIMING) == expected


def asking(*containers: tuple[str, str], inits: tuple[Container, ...] = (), whole: str = "") -> Pod:
    def amount(text: str) -> ResourceRequirements:
        return ResourceRequirements(requests={"cpu": Quantity.parse(text)} if text else {})

    made = tuple(Container(name=name, resources=amount(text)) for name, text in containers)
    spec = PodSpec(
        containers=made, init_containers=inits, resources=amount(whole) if whole else None
    )
    return Pod(metadata=ObjectMeta(name="test-pod"), spec=spec)


BOTH = ((ONE, "100m"), (TWO, "50m"))
INITS = (
    Container(name="init", resources=ResourceRequirements(requests={"cpu": Quantity.parse("20m")})),
    Container(
        name="restartable",
        restart_policy="Always",
        resources=ResourceRequirements(requests={"cpu": Quantity.parse("50m")}),
    ),
)


@pytest.mark.parametrize(
    ("pods", "container", "expected"),
    [
        ([], "", {}),
        ([asking(*BOTH)], "", {"test-pod": 150}),
        ([asking(*BOTH, whole="800m")], "", {"test-pod": 800}),
        ([asking((ONE, ""), (TWO, "50m"), whole="800m")], "", {"test-pod": 800}),
        ([asking(*BOTH)], ONE, {"test-pod": 100}),
        ([asking(*BOTH, whole="800m")], ONE, {"test-pod": 100}),
        ([asking((ONE, "100m"), inits=INITS)], "", {"test-pod": 150}),
    ],
)
def test_calculate_requests(pods: list[Pod], container: str, expected: dict[str, int]) -> None:
    assert requests_of(pods, container, "cpu") == expected


@pytest.mark.parametrize(
    ("container", "error"),
    [
        ("", "missing request for cpu in container container1 of Pod test-pod"),
        ("other", "container other not found in Pod test-pod"),
    ],
)
def test_requests_that_are_missing(container: str, error: str) -> None:
    with pytest.raises(NotComputed, match=error):
        requests_of([asking((ONE, ""), (TWO, "50m"))], container, "cpu")
