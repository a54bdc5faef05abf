"""Grading: what learners see, what instructors get, and what a submission cannot do."""
