"""A message bus and those who use it: just three more images.

``bus`` keeps queues in its memory. A message that is taken must be acknowledged; if that does not
come within ``ACK_SECONDS``, or whoever took it dies, somebody else gets it. So no message is lost
with a worker, and every one may be worked on twice. With the bus' own pod all of them are gone.

    POST /queues/orders          put a message in
    POST /queues/orders/take     take one: its number and text, or 204
    POST /queues/orders/ack/17   it is done
    GET  /queues/orders          how many wait, are being worked on, and are done
"""

from __future__ import annotations

from collections import deque

from kubelite.kubelet.cri import Reply, Request
from kubelite.kubelet.images.program import MEBIBYTE, Answer, Program
from kubelite.sim.clock import SECOND


class Queue:
    """Messages of one name: those that wait, those that are worked on, how many are done."""

    def __init__(self) -> None:
        self.waiting: deque[tuple[int, str]] = deque()
        self.taken: dict[int, str] = {}
        self.done = 0


class Bus(Program):
    """Queues over HTTP, in memory."""

    size = 20 * MEBIBYTE
    entrypoint = ("/bus",)
    ports = (4222,)

    def start(self) -> None:
        """No queue exists yet."""
        self.queues: dict[str, Queue] = {}
        self.put = 0  # messages ever put in: the number of the next one

    def handle(self, request: Request) -> Answer:
        """Put, take, acknowledge or count."""
        parts = request.path.strip("/").split("/")
        if parts[0] != "queues" or len(parts) < 2:
            return (200, "ok\n") if request.path == "/healthz" else (404, "no such page\n")
        queue = self.queues.setdefault(parts[1], Queue())
        if request.method != "POST":
            return (
                200,
                f"{len(queue.waiting)} waiting, {len(queue.taken)} taken, {queue.done} done\n",
            )
        if len(parts) == 2:
            self.put += 1
            queue.waiting.append((self.put, request.body))
            return 201, str(self.put)
        if parts[2] == "take":
            return self._take(queue)
        return self._acknowledge(queue, int(parts[3]))

    def _take(self, queue: Queue) -> Answer:
        if not queue.waiting:
            return 204, ""
        number, text = queue.waiting.popleft()
        queue.taken[number] = text
        patience = float(self.env.get("ACK_SECONDS", "30"))
        self.after(int(patience * SECOND), self._return, queue, number)
        return 200, f"{number} {text}"

    def _return(self, queue: Queue, number: int) -> None:
        """Nobody has said that it is done: the next one gets it."""
        if number in queue.taken:
            queue.waiting.append((number, queue.taken.pop(number)))

    def _acknowledge(self, queue: Queue, number: int) -> Answer:
        if queue.taken.pop(number, None) is None:
            return 404, "no such message is taken\n"
        queue.done += 1
        return 200, ""


class BusProducer(Program):
    """Puts ``COUNT`` orders into ``QUEUE``, one every ``EVERY_SECONDS``; again if that fails."""

    entrypoint = ("/producer",)

    def start(self) -> None:
        """The first one at once."""
        self.sent = 0
        self._send()

    def _send(self) -> None:
        if self.sent < int(self.env.get("COUNT", "10")):
            order = f"order-{self.sent + 1}"
            self.ask(self.env["QUEUE"], self._answered, "POST", order)

    def _answered(self, reply: Reply) -> None:
        if reply.status == 201 and not reply.error:
            self.sent += 1
            self.log(f"sent order-{self.sent}")
        self.after(int(float(self.env.get("EVERY_SECONDS", "1")) * SECOND), self._send)


class BusWorker(Program):
    """Takes an order, works on it for ``WORK_SECONDS``, acknowledges it, takes the next."""

    entrypoint = ("/worker",)

    def start(self) -> None:
        """Ask for work."""
        self._take()

    def _take(self) -> None:
        self.ask(f"{self.env['QUEUE']}/take", self._taken, "POST")

    def _taken(self, reply: Reply) -> None:
        if reply.status != 200 or reply.error:
            self.after(SECOND, self._take)
            return
        number, _, text = reply.body.partition(" ")
        work = float(self.env.get("WORK_SECONDS", "2"))
        self.after(int(work * SECOND), self._done, number, text)

    def _done(self, number: str, text: str) -> None:
        self.log(f"done {text}")
        acknowledge = f"{self.env['QUEUE']}/ack/{number}"
        self.ask(acknowledge, lambda reply: self._take(), "POST")
