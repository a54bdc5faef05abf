"""Hidden checks of the exercise 08_services/who_is_served: built from source.py by `kubelite exercise build`."""

SEEDS = (601,)
