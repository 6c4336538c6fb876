"""Badges of partners as input (R20, R22): verified, their report kept, counted by a rule."""
