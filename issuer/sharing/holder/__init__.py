"""The holder's own page: what they decide, and their link."""
