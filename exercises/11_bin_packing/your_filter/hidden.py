"""Hidden checks of the exercise 11_bin_packing/your_filter: built from source.py by `kubelite exercise build`."""

SEEDS = (503, 504)
