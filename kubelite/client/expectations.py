"""What a controller has asked for and not yet seen.

Between a create and the watch event that shows it, the local copy is behind. A controller that
acted on it again would create the same pod twice; so it waits until its own doings have been
observed, or until five minutes have passed. Models pkg/controller/controller_utils.go.
"""

from __future__ import annotations

from kubelite.sim.clock import MINUTE, Clock

EXPIRY = 5 * MINUTE


class Expectations:
    """For each controller key: creations not yet seen, and deletions not yet seen by pod uid."""

    def __init__(self, clock: Clock):
        self._clock = clock
        self._creations: dict[str, int] = {}
        self._deletions: dict[str, set[str]] = {}
        self._since: dict[str, int] = {}

    # DOC: expectations-satisfied
    def satisfied(self, key: str) -> bool:
        """Whether the local copy can be trusted for ``key``."""
        if self._creations.get(key, 0) <= 0 and not self._deletions.get(key):
            return True
        return self._clock.now - self._since[key] > EXPIRY

    def waiting(self) -> list[str]:
        """The keys that wait for something, however long they have."""
        created = [key for key, creations in self._creations.items() if creations > 0]
        return created + [key for key, pods in self._deletions.items() if pods]

    def expect(self, key: str, creations: int = 0, deletions: tuple[str, ...] = ()) -> None:
        """From now on wait for so many creations, and for the deletion of these pods."""
        self._creations[key] = creations
        self._deletions[key] = set(deletions)
        self._since[key] = self._clock.now

    def created(self, key: str) -> None:
        """A creation was seen, or will never come."""
        if self._creations.get(key, 0) > 0:
            self._creations[key] -= 1

    def deleted(self, key: str, uid: str) -> None:
        """A deletion was seen, or will never come."""
        self._deletions.get(key, set()).discard(uid)

    def forget(self, key: str) -> None:
        """The owner is gone."""
        for held in (self._creations, self._deletions, self._since):
            held.pop(key, None)
