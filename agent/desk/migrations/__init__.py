"""Migrations of the desk store."""
