"""A second, independent computation of the published rules, and its comparison with the product.

Written from `rules.md` and the data model alone, in plain loops over plain rows, so that two
programs that share no code (and no author's reading) must arrive at the same findings and figures.
"""
