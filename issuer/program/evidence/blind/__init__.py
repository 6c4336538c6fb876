"""Copies of evidence without identifying data, for evaluators who may not see names (E29)."""
