"""Hidden checks of the exercise 11_bin_packing/your_score: built from source.py by `kubelite exercise build`."""

SEEDS = (904,)
