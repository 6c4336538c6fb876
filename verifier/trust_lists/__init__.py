"""Trust lists that others keep: got, verified, stored, and made of public directories."""
