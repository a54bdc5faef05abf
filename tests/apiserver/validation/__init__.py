"""Tests of kubelite.apiserver.validation."""
