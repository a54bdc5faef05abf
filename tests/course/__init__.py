"""Tests of the lesson machinery."""
