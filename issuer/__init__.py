"""The issuer: an approval comes in by webhook, a signed Open Badge goes out."""
