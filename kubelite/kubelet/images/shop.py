"""The course's web shop: an ordinary web application with the usual ways of going wrong.

Environment variables (all off by default):

    PORT                         where it listens (8080)
    START_SECONDS                time from start until it accepts connections
    RESPONSE_MS                  mean time of an answer, with a little jitter
    FAIL_RATE                    share of requests answered with 500, 0 to 1
    CPU_MS_PER_REQUEST           cpu time of a page (5); with too little cpu they come later
    LEAK_MB_PER_MINUTE           memory it loses; at the container's limit it is OOMKilled
    HANG_AFTER_SECONDS           from then on it accepts connections and answers nothing, SIGTERM
                                 included: only SIGKILL ends it
    LOSE_DATABASE_AFTER_SECONDS  from then on pages fail with 500 and it is not ready
    DRAIN_SECONDS                after SIGTERM it finishes what it began for so long, then exits
    SHARED_HEALTH                "true": /healthz asks the database too, a common mistake

``/metrics`` counts the pages for Prometheus: http_requests_total, http_request_duration_seconds.
"""

from __future__ import annotations

from kubelite.apimachinery.exposition import HISTOGRAM, Family, Histogram, counter, expose
from kubelite.kubelet.cri import NEVER, Reply, Request
from kubelite.kubelet.images.program import MEBIBYTE, Answer, Program
from kubelite.sim.clock import MILLISECOND, MINUTE, SECOND

PAGES = {
    "/": "Welcome to Sarah's shop",
    "/products": "tea pot, tea cup, tea spoon",
    "/cart": "1 item in your cart",
    "/checkout": "Thank you for your order",
}
BASE_MEMORY = 64 * MEBIBYTE
CPU_MS = 5.0
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
JITTER = 0.2  # answers take RESPONSE_MS within 20 % either way


class Shop(Program):
    """The shop; ``tag`` is its version."""

    size = 85 * MEBIBYTE
    entrypoint = ("/shop",)
    memory = BASE_MEMORY
    cpu = 2

    def start(self) -> None:
        """Read the options, and arrange for what is to go wrong."""
        self.port = int(self._number("PORT", 8080))
        self.began = self.machine.now
        self.opens = self.began + int(self._number("START_SECONDS") * SECOND)
        self.response = self._number("RESPONSE_MS") * MILLISECOND
        self.fail_rate = self._number("FAIL_RATE")
        self.hangs = self._moment("HANG_AFTER_SECONDS")
        self.database_lost = self._moment("LOSE_DATABASE_AFTER_SECONDS")
        self.draining = False
        self.cpu_per_request = int(self._number("CPU_MS_PER_REQUEST", CPU_MS) * MILLISECOND)
        self.requests: dict[tuple[str, ...], int] = {}
        self.seconds = Histogram(BUCKETS)
        self.log(f"shop {self.tag} starting")
        self.leak = leak = self._number("LEAK_MB_PER_MINUTE") * MEBIBYTE
        self.grows = leak > 0
        if leak and self.memory_limit:
            room = max(self.memory_limit - BASE_MEMORY, 0)
            self.after(int(room / leak * MINUTE), self.use_memory, self.memory_limit + 1)

    def listens(self, port: int) -> bool:
        """On its port, once it has started and until it drains."""
        return port == self.port and self.machine.now >= self.opens and not self.draining

    def memory_used(self) -> int:
        """What it needs, and what it has lost."""
        return self.memory + int(self.leak * (self.machine.now - self.began) / MINUTE)

    def handle(self, request: Request) -> Answer:
        """A page, or one of the shop's troubles."""
        if self._past(self.hangs):
            return Reply(delay=NEVER)
        path = request.path.partition("?")[0]
        if path == "/metrics":
            return 200, expose(self._metrics())
        if path == "/healthz":
            sick = self._database_down() and self.env.get("SHARED_HEALTH") == "true"
            return (500, "no database\n") if sick else (200, "ok\n")
        if path == "/ready":
            return (503, "no database\n") if self._database_down() else (200, "ready\n")
        reply = self._page(path) if path in PAGES else Reply(404, "no such page\n")
        counted = (request.method, path if path in PAGES else "other", str(reply.status))
        self.requests[counted] = self.requests.get(counted, 0) + 1
        self.seconds.observe(reply.delay / SECOND)
        return reply

    def _metrics(self) -> tuple[Family, ...]:
        """What it tells Prometheus of the pages it has served."""
        help = "Pages served, by their path and how it went."
        pages = counter("http_requests_total", help, self.requests, "method", "path", "code")
        help = "How long pages took, in seconds."
        name, samples = "http_request_duration_seconds", tuple(self.seconds.samples())
        return pages, Family(name, HISTOGRAM, help, samples)

    def cpu_wanted(self, rate: float) -> float:
        """A process that hangs works on nothing."""
        return self.cpu if self._past(self.hangs) else super().cpu_wanted(rate)

    def answers(self, begin: int, end: int) -> float:
        """None from when it hangs or has lost its database, and not those of FAIL_RATE."""
        ends = [end if one is None else one for one in (self.hangs, self.database_lost)]
        well = max(min(end, *ends) - begin, 0) / (end - begin) if end > begin else 1.0
        return well * (1 - self.fail_rate)

    def stop(self) -> None:
        """Accept nothing new, finish what is under way, exit; unless it hangs."""
        if self._past(self.hangs):
            return
        drain = self._number("DRAIN_SECONDS")
        self.log(f"SIGTERM: draining for {drain:g}s")
        self.draining = True
        self.after(int(drain * SECOND), self.exit, 0)

    def _page(self, path: str) -> Reply:
        random = self.machine.random
        delay = self.machine.work(self.cpu_per_request)
        if self.response:
            delay += int(self.response * random.uniform(1 - JITTER, 1 + JITTER))
        if self._database_down() or (self.fail_rate and random.random() < self.fail_rate):
            return Reply(500, "Internal Server Error\n", delay)
        return Reply(200, f"{PAGES[path]} ({self.tag})\n", delay)

    def _database_down(self) -> bool:
        return self._past(self.database_lost)

    def _past(self, moment: int | None) -> bool:
        return moment is not None and self.machine.now >= moment

    def _moment(self, name: str) -> int | None:
        after = self._number(name)
        return self.began + int(after * SECOND) if after else None

    def _number(self, name: str, default: float = 0.0) -> float:
        text = self.env.get(name)
        if not text:
            return default
        try:
            return float(text)
        except ValueError:
            self.log(f"{name}={text!r} is not a number; using {default:g}")
            return default
