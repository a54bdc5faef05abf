"""What a learner does to a cluster: commands of kubectl, manifests, and waiting; and customers.

An answer of the kind "fix" or "operate" is one of

    "apiVersion: ..."  or a dict                     a manifest, applied
    "kubectl scale deployment/shop --replicas=5"     commands, one a line; wait 30 lets time pass
    ["kubectl cordon node-1", "wait 30", {...}]      any of these, in order
    def operate(kubectl): ...                        kubectl("get pods"), kubectl.wait(30)

Nothing else reaches the cluster: no files of this machine, no power switches, no clock but by
waiting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from course.grading.calling import AnswerError, Function
from course.grading.shop import trouble
from kubelite import Cluster
from kubelite.apimachinery import manifest
from kubelite.apimachinery.errors import StatusError
from kubelite.kubectl import Result
from kubelite.sim.clock import SECOND

VERBS = frozenset(
    (
        *("annotate", "apply", "auth", "autoscale", "cordon", "create", "delete", "describe"),
        *("drain", "events", "exec", "explain", "expose", "get", "label", "logs", "patch"),
        *("replace", "rollout", "run", "scale", "set", "taint", "top", "uncordon", "wait"),
    )
)
"""What of kubectl an answer may use."""

MOST_OPERATIONS = 500
LONGEST = 3600.0
"""Virtual seconds that an answer may take in all, unless a check allows less."""


class Operator:
    """Does what an answer says to one cluster, and keeps a diary. Raises AnswerError."""

    def __init__(self, cluster: Cluster, seconds: float = LONGEST):
        self.cluster = cluster
        self.diary: list[str] = []
        self._since, self._seconds = cluster.clock.now, seconds

    @property
    def elapsed(self) -> float:
        """Virtual seconds since it began."""
        return (self.cluster.clock.now - self._since) / SECOND

    def take(self, answer: Any) -> None:
        """Do all of an answer."""
        if isinstance(answer, Function):
            answer(kubectl=self.asked)
            return
        for step in _steps(answer):
            self.do(step)

    def do(self, step: str | dict[str, Any]) -> Result | None:
        """Do one thing; what kubectl has printed, if it was asked."""
        if isinstance(step, str) and step.split()[:1] == ["wait"]:
            self.wait(_seconds(step))
            return None
        if isinstance(step, str) and _is_command(step):
            done = self.kubectl(step)
            if not done:
                last = (done.error or done.text).strip().splitlines() or [f"exit code {done.code}"]
                raise AnswerError(f"`{step.splitlines()[0]}` was refused: {last[-1]}")
            return done
        self._apply(step)
        return None

    def asked(self, verb: str, *args: Any) -> Any:
        """What a function's handle asks for."""
        if verb == "wait":
            self.wait(float(args[0]))
            return None
        if verb or not args or not isinstance(args[0], str):
            raise AnswerError('ask kubectl("get pods") or kubectl.wait(30)')
        done = self.kubectl(args[0])
        return {"printed": done.text + done.error, "ok": bool(done)}

    def kubectl(self, line: str) -> Result:
        """Run one command; after ``<<EOF`` its lines are what ``-f -`` reads."""
        self._note(line.splitlines()[0])
        first, _, rest = line.partition("\n")
        command, here, end = first.partition("<<")
        stdin = rest.rpartition(f"\n{end.strip(' -')}")[0] or rest if here else rest
        words = command.split()
        verb = next((w for w in words if w != "kubectl" and not w.startswith("-")), "")
        if verb not in VERBS:
            raise AnswerError(f"`{first}`: kubectl {verb} is not among what an answer may use.")
        try:
            done: Result = self.cluster.kubectl(command, stdin, seconds=self._left())
        except (OSError, ValueError) as problem:
            raise AnswerError(f"`{first}` could not be run: {problem}") from None
        self._left()
        return done

    def wait(self, seconds: float) -> None:
        """Let time pass, as long as there is any left."""
        self._note(f"wait {seconds:g}")
        if not 0 <= seconds <= self._left():
            raise AnswerError(f"There were {self._left():g} s left, too few to wait {seconds:g} s.")
        self.cluster.run(seconds)

    def _apply(self, document: Any) -> None:
        self._note("apply a manifest")
        try:
            # Read here: a text that Cluster.apply took for a file's name would be looked for.
            found = (
                [document] if isinstance(document, dict) else manifest.load(document, "manifest")
            )
            for one in found:
                self.cluster.apply(one)
        except (StatusError, manifest.ManifestError) as refusal:
            hint = getattr(refusal, "hint", "")
            raise AnswerError(
                f"The cluster refused the manifest: {refusal} {hint}".rstrip()
            ) from None

    def _left(self) -> float:
        left = self._seconds - self.elapsed
        if left < 0:
            raise AnswerError(
                f"After {self._seconds:g} s the operations had not come to their end."
            )
        return left

    def _note(self, what: str) -> None:
        self.diary.append(what)
        if len(self.diary) > MOST_OPERATIONS:
            raise AnswerError(f"There were more than {MOST_OPERATIONS} operations.")


def _steps(answer: Any) -> Iterator[Any]:
    if isinstance(answer, dict):
        yield answer
    elif isinstance(answer, str):
        yield from _in_text(answer)
    elif isinstance(answer, list | tuple):
        for part in answer:
            yield from _steps(part)
    else:
        kind = type(answer).__name__
        raise AnswerError(f"The answer holds a {kind}, where text or a manifest is wanted.")


def _in_text(text: str) -> Iterator[str]:
    """Commands, one a line unless ``<<EOF`` follows; or else the text as a manifest."""
    if not _is_command(text):
        if text.strip():
            yield text
        return
    lines = iter(text.strip().splitlines())
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if "<<" in line:
            end = line.partition("<<")[2].strip(" -")
            line = "\n".join([line, *takewhile(end.__ne__, lines)])
        yield line.strip()


def _is_command(text: str) -> bool:
    first = next((s for s in text.splitlines() if s.strip() and not s.lstrip().startswith("#")), "")
    return first.split()[:1] in (["kubectl"], ["wait"])


def _seconds(step: str) -> float:
    try:
        return float(step.split()[1])
    except (IndexError, ValueError):
        raise AnswerError(f"`{step}`: write wait and a number of seconds") from None


class Customers:
    """One customer every so many seconds, whatever else goes on, until ``stop``."""

    def __init__(self, cluster: Cluster, service: str, every: float = 0.5):
        self.came = 0
        self.troubles: Counter[str] = Counter()
        self._cluster, self._service, self._every = cluster, service, round(every * SECOND)
        self._open = True
        self._send()

    @property
    def lost(self) -> int:
        """How many were not served."""
        return sum(self.troubles.values())

    @property
    def trouble(self) -> str:
        """What most of the lost ones met."""
        return self.troubles.most_common(1)[0][0] if self.troubles else ""

    def stop(self) -> None:
        """No more customers; those under way are waited for."""
        self._open = False
        self._cluster.run(5)

    def _send(self) -> None:
        if self._open:
            self.came += 1
            self._cluster.send_request(self._service, "/", self._served)
            self._cluster.clock.after(self._every, self._send)

    def _served(self, answer: Any) -> None:
        if answer.status != 200:
            self.troubles[trouble(answer)] += 1
