"""Sources: a folder of files becomes canonical, validated rows and one immutable snapshot file.

Reading order: `folder` finds the files, `csvtext` and `stage` bring them to text cells, `cells`
says what a cell of each type may hold, `validate` sorts rows into kept and quarantined, `publish`
writes the snapshot. A profile (`wwi`) maps a foreign folder to the same text cells.
"""
