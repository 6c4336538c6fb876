"""Paying: what is due, a run that is locked, its file, and what is taken back."""
