"""The issuer's own sentences, and their translations."""
