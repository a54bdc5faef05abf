"""From a Service's address to one of its endpoints."""
