"""People who look after servers: they notice late, need time, work one thing at a time, and sleep.

The team sees what an ordinary dashboard shows: how busy the servers are on the whole, and whether
everybody is turned away. It does not see that one server among several answers nobody.
"""

from __future__ import annotations

from collections.abc import Callable

from course.story.parameters import Parameters

Work = Callable[[int], None]


class Team:
    """Who is called, when somebody is there, and how long they have worked (in minutes).

    ``log`` is what they did: minute and sentence.
    """

    def __init__(self, numbers: Parameters):
        self.numbers = numbers
        self.worked = 0.0
        self.log: list[tuple[int, str]] = []
        self._too_busy = 0
        self._calm = 0
        self._free_at = 0
        self._task: tuple[int, Work] | None = None
        self._there_until = -1  # still at the keyboard: nobody has to be called

    def at_work(self, minute: int) -> bool:
        """Whether these are working hours."""
        return self.numbers.work_begins <= minute / 60 < self.numbers.work_ends

    @property
    def free(self) -> bool:
        """Nobody has been called and nobody works."""
        return self._task is None

    # DOC: story-team
    def call(self, minute: int, why: str, work: Work) -> None:
        """Somebody is told. They answer, understand, decide, and then do ``work``."""
        numbers = self.numbers
        waits = numbers.answer_minutes if self.at_work(minute) else numbers.night_minutes
        if minute <= self._there_until:
            waits = 0.0
        self.log.append((minute, why))
        self.worked += numbers.decide_minutes
        self._task = (minute + round(waits + numbers.decide_minutes), work)

    def busy_for(self, minute: int, minutes: float, then: Work) -> None:
        """They work for so long, then comes ``then``."""
        self.worked += minutes
        self._task = (minute + max(round(minutes), 1), then)

    def step(self, minute: int) -> None:
        """One minute of their day."""
        if self._task is not None and minute >= self._task[0]:
            work = self._task[1]
            self._task = None
            self._there_until = minute + round(self.numbers.decide_minutes)
            work(minute)

    def sees(self, busy: float, too_many: bool) -> tuple[bool, bool]:
        """What the dashboard shows this minute; whether there is an alarm, and whether it is calm.

        The alarm's line is halfway between the target and full.
        """
        line = (1 + self.numbers.target) / 2
        self._too_busy = self._too_busy + 1 if busy > line else 0
        self._calm = self._calm + 1 if too_many else 0
        alarm = self._too_busy >= self.numbers.alarm_minutes
        return alarm, self._calm >= self.numbers.calm_minutes

    def say(self, minute: int, what: str) -> None:
        """Write down what was done."""
        self.log.append((minute, what))
