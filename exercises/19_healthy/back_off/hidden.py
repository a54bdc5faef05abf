"""Hidden checks of the exercise 19_healthy/back_off: built from source.py by `kubelite exercise build`."""

SEEDS = (702,)
