"""Strict parsers for text from strangers: JSON, TOML, base64url, web addresses."""
