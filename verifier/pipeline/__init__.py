"""The order of the checks, from bytes to a report."""
