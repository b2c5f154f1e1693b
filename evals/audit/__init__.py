"""Checks of the audit trail: tampering is found at its row, and writers leave one chain."""
