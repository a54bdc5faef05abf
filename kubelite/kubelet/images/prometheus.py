"""Prometheus: asks the API server which pods want to be scraped, and asks those every 15 s.

A pod is scraped if it is annotated ``prometheus.io/scrape: "true"``, at ``prometheus.io/port``
and ``prometheus.io/path`` (/metrics). ``GET /api/v1/query?query=NAME{label="value"}`` answers with
the newest values; nothing of PromQL but that is understood, and nothing older is kept.
"""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from kubelite.apimachinery.exposition import parse
from kubelite.kubelet.cri import Reply, Request
from kubelite.kubelet.images.program import MEBIBYTE, Answer, Program
from kubelite.sim.clock import SECOND

SCRAPE = "prometheus.io/scrape"
PORT = "prometheus.io/port"
PATH = "prometheus.io/path"
PODS = "kubernetes.default.svc:443/api/v1/pods"

_QUERY = re.compile(r"([a-zA-Z_:][\w:]*)\s*(?:\{(.*)\})?\s*\Z")
_MATCHER = re.compile(r'(\w+)\s*=\s*"([^"]*)"')

Found = tuple[dict[str, str], float, int]
"""Labels, value, and when it was scraped."""


class Prometheus(Program):
    """The newest value of every sample of every pod that wants to be scraped."""

    size = 110 * MEBIBYTE
    entrypoint = ("/bin/prometheus",)
    memory = 60 * MEBIBYTE
    ports = (9090,)

    def start(self) -> None:
        """The first scrape at once."""
        self.samples: dict[str, list[Found]] = {}  # by the instance they come from
        self._scrape()

    def _scrape(self) -> None:
        seconds = float(self.env.get("SCRAPE_INTERVAL_SECONDS", "15"))
        self.after(int(seconds * SECOND), self._scrape)
        self.ask(PODS, self._discovered)

    def _discovered(self, reply: Reply) -> None:
        if reply.status != 200 or reply.error:
            self.log(f"error listing pods: {reply.error or reply.body}", "stderr")
            return
        targets = [_target(pod) for pod in json.loads(reply.body)["items"]]
        wanted = {instance: labels for instance, labels in targets if instance}
        for instance in [known for known in self.samples if known not in wanted]:
            del self.samples[instance]
        for instance, labels in wanted.items():
            path = labels.pop("__path__")
            self.ask(f"{instance}{path}", partial(self._scraped, instance, labels))

    def _scraped(self, instance: str, labels: dict[str, str], reply: Reply) -> None:
        now = self.machine.now
        up = reply.status == 200 and not reply.error
        found: list[Found] = [({"__name__": "up", **labels}, float(up), now)]
        if up:
            for name, own, value in parse(reply.body):
                found.append(({"__name__": name, **own, **labels}, value, now))
        self.samples[instance] = found

    def handle(self, request: Request) -> Answer:
        """The query API, and the two pages that probes ask for."""
        path, _, query = request.path.partition("?")
        if path in ("/-/healthy", "/-/ready"):
            return 200, "Prometheus Server is Healthy.\n"
        if path != "/api/v1/query":
            return 404, "404 page not found\n"
        asked = parse_qs(query).get("query", [""])[0]
        read = _QUERY.match(asked.strip())
        if read is None:
            text = f'invalid parameter "query": 1:1: parse error: unexpected {asked!r}'
            return 400, _json({"status": "error", "errorType": "bad_data", "error": text})
        wanted = {"__name__": read[1], **dict(_MATCHER.findall(read[2] or ""))}
        result = [
            {"metric": labels, "value": [when / SECOND, f"{value:g}"]}
            for found in self.samples.values()
            for labels, value, when in found
            if wanted.items() <= labels.items()
        ]
        data = {"resultType": "vector", "result": result}
        return 200, _json({"status": "success", "data": data})


def _target(pod: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Where a pod is to be scraped, with the labels of its samples; "" when it is not."""
    meta = pod["metadata"]
    notes, address = meta.get("annotations", {}), pod.get("status", {}).get("podIP", "")
    if notes.get(SCRAPE) != "true" or not address or PORT not in notes:
        return "", {}
    instance = f"{address}:{notes[PORT]}"
    labels = {"instance": instance, "namespace": meta["namespace"], "pod": meta["name"]}
    return instance, {**labels, "__path__": notes.get(PATH, "/metrics")}


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value)
