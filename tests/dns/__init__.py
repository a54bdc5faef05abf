"""Names of Services and pods."""
