"""What the fields of PriorityClasses are for."""

WORDS = """
PriorityClass.value: The priority: higher goes first, and may make others go.
PriorityClass.globalDefault: Whether pods without a class have this one.
PriorityClass.description: What it is meant for.
PriorityClass.preemptionPolicy: PreemptLowerPriority, or Never to wait its turn.
"""
