"""Metrics as text: what Prometheus reads from ``/metrics``.

Models the text format 0.0.4 as ``k8s.io/component-base/metrics`` writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from kubelite.apimachinery.struct import Value

COUNTER = "counter"
GAUGE = "gauge"
HISTOGRAM = "histogram"

Labels = Mapping[str, str]
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
_SAMPLE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)\Z")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Sample(Value):
    """One number: the family's name and ``suffix``, and the labels that tell it from others."""

    value: float
    labels: Labels = {}
    suffix: str = ""


class Family(Value):
    """All samples of one metric."""

    name: str
    kind: str
    help: str
    samples: tuple[Sample, ...]


class Histogram:
    """Counts of observations in buckets; ``bounds`` are their upper limits."""

    __slots__ = ("bounds", "count", "counts", "sum")

    def __init__(self, bounds: tuple[float, ...]):
        self.bounds = bounds
        self.counts = [0] * len(bounds)
        self.count = 0
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """One more observation."""
        self.count += 1
        self.sum += value
        for place, bound in enumerate(self.bounds):
            if value <= bound:
                self.counts[place] += 1
                return

    def samples(self, labels: Labels | None = None) -> list[Sample]:
        """The buckets, each with all below it, then sum and count."""
        labels, below = labels or {}, 0
        found = []
        for bound, count in zip(self.bounds, self.counts, strict=True):
            below += count
            found.append(Sample(below, {**labels, "le": _number(bound)}, "_bucket"))
        found.append(Sample(self.count, {**labels, "le": "+Inf"}, "_bucket"))
        return [*found, Sample(self.sum, labels, "_sum"), Sample(self.count, labels, "_count")]


def counter(name: str, help: str, counts: Mapping[tuple[str, ...], int], *labels: str) -> Family:
    """A counter family from counts by the values of these labels."""
    samples = [Sample(n, dict(zip(labels, key, strict=True))) for key, n in sorted(counts.items())]
    return Family(name, COUNTER, help, tuple(samples))


def gauge(name: str, help: str, value: float, **labels: str) -> Family:
    """A family of one number."""
    return Family(name, GAUGE, help, (Sample(value, labels),))


def total(name: str, help: str, value: float, **labels: str) -> Family:
    """A counter of one number."""
    return Family(name, COUNTER, help, (Sample(value, labels),))


# DOC: exposition
def expose(families: Iterable[Family]) -> str:
    """The text of these families."""
    lines: list[str] = []
    for family in families:
        if not family.samples:
            continue
        lines += [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {family.kind}"]
        for sample in family.samples:
            labels = _labels(sample.labels)
            lines.append(f"{family.name}{sample.suffix}{labels} {_number(sample.value)}")
    return "\n".join(lines) + "\n" if lines else ""


def parse(text: str) -> list[tuple[str, dict[str, str], float]]:
    """Name, labels and value of every sample; what cannot be read is left out."""
    found = []
    for line in text.splitlines():
        read = _SAMPLE.match(line)
        if read and not line.startswith("#"):
            labels = {key: _unescaped(value) for key, value in _LABEL.findall(read[2] or "")}
            found.append((read[1], labels, float(read[3])))
    return found


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    pairs = []
    for name, value in labels.items():
        safe = "".join([_ESCAPED.get(character, character) for character in value])
        pairs.append(f'{name}="{safe}"')
    return "{" + ",".join(pairs) + "}"


def _unescaped(value: str) -> str:
    return value.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
