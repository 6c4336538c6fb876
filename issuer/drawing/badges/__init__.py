"""Badges: the look of each, the drawing itself, and pictures of several side by side."""
