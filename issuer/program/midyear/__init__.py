"""For a district that starts in mid-year: projects under way are imported from a table (5a)."""
