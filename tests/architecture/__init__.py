"""What holds the house up: floors, purity and style, checked by reading the source."""
