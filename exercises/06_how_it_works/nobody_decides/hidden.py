"""Hidden checks of the exercise 06_how_it_works/nobody_decides: built from source.py by `kubelite exercise build`."""

SEEDS = (223,)
