"""What nobody here knows about a container, and how often that mattered."""

from __future__ import annotations


class Doubts:
    """How much of a container nobody here knows, and how often that mattered.

    ``programs``: unknown commands are taken to succeed. ``files``: so are questions about files
    that are not there, because a program nobody knows may have written them.
    """

    __slots__ = ("count", "files", "programs")

    def __init__(self, programs: bool = False, files: bool = False):
        self.programs = programs
        self.files = files
        self.count = 0
