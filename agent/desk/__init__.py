"""The desk: cases, packets, decisions, and the audit of all of them."""
