"""Durability: races for a decision, evidence that changes, processes that are killed.

Each check is one command with a JSON result; `--quick` is the size that the tests run. The rows
of the database are the witness, never what the code under test says of itself.
"""
