"""Tests of building, guarding and comparing notebooks, on small ones made here."""
