"""Hidden checks of the exercise 14_pluggable/your_operator: built from source.py by `kubelite exercise build`."""

SEEDS = (904,)
