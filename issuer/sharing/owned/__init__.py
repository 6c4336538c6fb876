"""Whose credentials are whose: by address and name, or because the office said so."""
