"""Benchmarks: ratios in one run, each with the distribution of its data. None is a timed test."""
