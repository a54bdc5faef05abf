"""Tests that mirror their package."""
