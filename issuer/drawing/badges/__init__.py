"""Badges: how each differs, what is drawn, and several beside each other."""
