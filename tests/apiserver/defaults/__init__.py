"""Tests of kubelite.apiserver.defaults."""
