"""The JSON-LD contexts, frozen, and the way from JSON to the bytes a signature covers."""
