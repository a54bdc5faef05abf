"""From a percent script to a notebook saved with its outputs, and the proof that it still holds.

Lives here: the builder (``build``), the client that runs the cells (``client``),
what no saved notebook may contain (``guard``), how two pictures are compared
(``pictures``) and the pytest plugin that runs saved notebooks again
(``nbval_plugin``).
Must not live here: anything a lesson itself imports.
"""
