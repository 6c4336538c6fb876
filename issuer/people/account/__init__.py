"""A person's own account: what is stored about them, and the addresses they add."""
