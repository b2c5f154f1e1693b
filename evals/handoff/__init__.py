"""Checks of hand-off: a receiver that fails, workers that are killed, forged replies."""
