"""Hidden checks of the exercise 21_probe_handlers/ready_too_early: built from source.py by `kubelite exercise build`."""

SEEDS = (257,)
