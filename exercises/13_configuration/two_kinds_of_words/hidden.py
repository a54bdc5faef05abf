"""Hidden checks of the exercise 13_configuration/two_kinds_of_words: built from source.py by `kubelite exercise build`."""

SEEDS = (1201,)
