"""A holder's collections of credentials."""
