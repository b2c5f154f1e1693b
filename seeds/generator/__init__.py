"""Builds the demo company: plants the cause of every hold and writes the canonical tables."""
