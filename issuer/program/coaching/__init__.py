"""Coaches, cohorts, and the three who answer for a project."""
