"""Hidden checks of the exercise 20_probes/restarting_shop: built from source.py by `kubelite exercise build`."""

SEEDS = (211,)
