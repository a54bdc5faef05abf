"""The store: what happened, in which order, and how it was before."""
