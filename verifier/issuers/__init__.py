"""An issuer's own document, and the keys that it lists for signing credentials."""
