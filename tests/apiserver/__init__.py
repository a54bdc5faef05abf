"""Tests of kubelite.apiserver."""
