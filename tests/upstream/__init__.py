"""Upstream's own tables of cases, run against this code."""
