"""Replay: holds of the past, judged as of the moment they were placed, with what was known then."""
