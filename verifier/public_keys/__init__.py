"""Public keys and the signatures that they check."""
