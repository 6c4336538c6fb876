"""Tools that make trust lists from public directories."""
