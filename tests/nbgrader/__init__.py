"""The exercises in nbgrader itself, in an environment of its own beside the project's."""
