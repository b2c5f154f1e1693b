"""Whole packets under changes that must not matter, and under changes with a known effect."""
