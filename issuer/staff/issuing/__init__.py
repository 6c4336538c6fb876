"""Issuing from the desk: one by a form, many from a table."""
