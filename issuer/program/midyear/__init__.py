"""A district that begins in the middle of a year: what runs already comes in by a table (5a)."""
