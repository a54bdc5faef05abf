"""Checks of the exercise 20_probes/the_slow_starter: built from source.py by `kubelite exercise build`."""

from course.grading import check, not_yet, seen
from course.grading.calling import AnswerError
from course.grading.exercise import once
from course.grading.shop import restarts_of
from course.grading.writing import hand_in
from kubelite import Cluster
from kubelite.api.conditions import pod_ready
from kubelite.kubelet.cri import NEVER, Reply
from kubelite.kubelet.images import register
from kubelite.kubelet.images.program import Program
from kubelite.sim.clock import SECOND

TITLE = 'Three probes for a slow starter'
ANSWERS = ('manifest',)
KIND = 'write'

class Stockroom(Program):
    """Opens late, asks a database, and freezes at /freeze."""

    away = {"now": False}

    def start(self):
        self.opens = self.machine.now + int(self.machine.random.uniform(30, 80) * SECOND)
        self.frozen = False

    def listens(self, port):
        return port == 8080 and self.machine.now >= self.opens

    def handle(self, request):
        self.frozen = self.frozen or request.path == "/freeze"
        if self.frozen:
            return Reply(delay=NEVER)
        if request.path == "/healthz":
            return Reply()
        return Reply(503, "no database\n") if self.away["now"] else Reply(body="12 tea pots\n")


class Room:
    """A cluster with the learner's Deployment and a Service before it."""

    def __init__(self, manifest, seed):
        self.away = {"now": False}
        register("stockroom", type("Stockroom", (Stockroom,), {"away": self.away}))
        self.cluster = Cluster(1, seed)
        service = {"selector": {"app": "stock"}, "ports": [{"port": 80, "targetPort": 8080}]}
        self.cluster.apply({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "stock"}, "spec": service})
        made = hand_in(self.cluster, manifest, ("Deployment",))
        foreign = {c.image for one in made for c in one.spec.template.spec.containers if not c.image.startswith("stockroom:")}
        if foreign:
            raise AnswerError(f"The pods run {', '.join(sorted(foreign))}, and not the stockroom program.")

    def pods(self):
        found = self.cluster.get("pods", selector="app=stock")
        return [p for p in found if p.metadata.deletion_timestamp is None]

    def restarts(self):
        return sum(map(restarts_of, self.pods()))

    def ready(self):
        return sum(map(pod_ready, self.pods()))

    def ask(self, path="/"):
        return self.cluster.request("stock", path)

    def settled(self):
        """Run until both are open, for three minutes at most; a sentence when they are not."""
        for _ in range(18):
            self.cluster.run(10)
            if self.ready() == 2 and self.served():
                return ""
        return f"Three minutes after the manifest was applied, {self.ready()} of 2 were open, after {self.restarts()} restarts."

    def served(self):
        """Whether each pod answers."""
        found = [self.cluster.request(f"{p.status.pod_ip}:8080", node="node-1") for p in self.pods()]
        return all(answer.status == 200 for answer in found)

    def not_yet(self, sentence, misconception=""):
        return not_yet(sentence, misconception, run=self.cluster)


def start(manifest, seed):
    """Two minutes: how often somebody was sent to a door that was closed."""
    room = Room(manifest, seed)
    closed = 0
    for _ in range(60):
        room.cluster.run(2)
        answer = room.ask()
        closed += bool(answer.pod) and not answer.status
    return room, closed, room.restarts(), room.ready()


started = once(start)


@check(points=2, title="A start without a restart", hints=("Who is asked too early is killed before it can answer.", "A startupProbe holds the others back: periodSeconds times failureThreshold is its patience."))
def no_restart(manifest, seed):
    room, _, restarts, ready = started(manifest, seed)
    if restarts or ready != 2:
        return room.not_yet(
            f"Two minutes after the manifest was applied, {ready} of 2 were open, and there had been {restarts} restarts.",
            "A program that has not opened yet is taken for one that is ill." if restarts else "",
        )
    return seen("Two minutes later both were open, and nothing had been restarted.", run=room.cluster)


@check(points=1, title="Nobody before a closed door", hints=("Which probe decides whether customers come? Without it a pod is ready when it runs.",))
def no_closed_door(manifest, seed):
    room, closed, _, ready = started(manifest, seed)
    if closed:
        return room.not_yet(f"In two minutes {closed} of 60 customers were sent to a door that was closed.", "Running is taken for ready.")
    if ready != 2:
        return room.not_yet(f"Nobody was sent to a closed door, but only {ready} of 2 doors opened.")
    return seen("Until a door was open nobody was sent there.", run=room.cluster)


def frozen(manifest, seed, after):
    """A program freezes so many seconds after both have opened; is it restarted within 30 s?"""
    room = Room(manifest, seed)
    if found := room.settled():
        return room.not_yet(found)
    if not after:
        # A new pod: watched second by second, and frozen 5 s after its door has opened.
        old = {p.metadata.uid for p in room.pods()}
        room.cluster.delete(f"pod/{room.pods()[0].metadata.name}")
        for _ in range(100):
            room.cluster.run(1)
            new = [p for p in room.pods() if p.metadata.uid not in old and p.status.pod_ip]
            if new and room.cluster.request(f"{new[0].status.pod_ip}:8080", node="node-1").status:
                break
        if not new:
            return room.not_yet("A pod that was deleted was not replaced.")
        room.cluster.run(5)
    else:
        room.cluster.run(after)
        new = room.pods()[:1]
    name = new[0].metadata.name
    before = restarts_of(room.cluster.get("pod", name))
    room.cluster.request(f"{new[0].status.pod_ip}:8080", "/freeze", node="node-1")
    room.cluster.run(28)
    when = f"{after} s" if after else "5 s"
    if restarts_of(room.cluster.get("pod", name)) == before:
        return room.not_yet(f"A program froze {when} after it had opened; 30 s later nobody had restarted it.", "Patience at the start is thought to be patience for ever." if not after else "")
    return seen(f"A program froze {when} after it had opened, and was restarted within 30 s.", run=room.cluster)


@check(points=2, title="A frozen one is restarted", hints=("A livenessProbe: how long is periodSeconds times failureThreshold?",))
def late_freeze(manifest, seed):
    return frozen(manifest, seed, 60)


@check(points=2, title="One that freezes early, too", hints=("initialDelaySeconds is the same patience for every start, be it quick or slow.", "A startupProbe is over as soon as the door is open."))
def early_freeze(manifest, seed):
    return frozen(manifest, seed, 0)


@check(points=2, title="The database is away", hints=("What does a restart do for a database that is away?", "/ready asks the database, /healthz does not. Which probe should ask which?"))
def database(manifest, seed):
    room = Room(manifest, seed)
    if found := room.settled():
        return room.not_yet(found)
    before = room.restarts()
    room.away["now"] = True
    room.cluster.run(15)
    sent = sum(bool(room.ask().pod) for _ in range(10))
    room.cluster.run(165)
    restarts = room.restarts() - before
    room.away["now"] = False
    room.cluster.run(15)
    if restarts:
        return room.not_yet(f"The database was away for three minutes, and there were {restarts} restarts.", "A restart is thought to help with everything.")
    if sent:
        return room.not_yet(f"The database was away, and {sent} of 10 customers were still sent to the pods.", "What need not be restarted is thought to be fit for customers.")
    if room.ready() != 2:
        return room.not_yet(f"The database was back, and {room.ready()} of 2 were open.")
    return seen("While the database was away nobody was sent there and nothing was restarted.", run=room.cluster)
