"""Hidden checks of the exercise 08_services/one_name: built from source.py by `kubelite exercise build`."""

SEEDS = (1001,)
