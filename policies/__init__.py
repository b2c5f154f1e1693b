"""See the design notes in the README."""
