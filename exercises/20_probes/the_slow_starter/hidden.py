"""Hidden checks of the exercise 20_probes/the_slow_starter: built from source.py by `kubelite exercise build`."""

SEEDS = (1401,)
