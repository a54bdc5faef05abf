"""Hidden checks of the exercise 06_how_it_works/your_store: built from source.py by `kubelite exercise build`."""

SEEDS = (803,)
