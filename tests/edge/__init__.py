"""The edge: files, and what can go wrong with them."""
