"""Views drawn from a small pretend cluster, so they need no engine."""
