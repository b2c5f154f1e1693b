"""Tests mirror the source tree and read as sentences."""
