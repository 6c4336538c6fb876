"""Asking others over the web, within limits, and what is remembered of the answers."""
