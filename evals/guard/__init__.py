"""The policy guard under test: an independent oracle, mutants, duties, faults.

`asking`, `rulebook` and `scenarios` import nothing of the product: they are the second opinion.
"""
