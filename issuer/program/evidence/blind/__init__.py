"""Evidence without what tells of its maker, for those who judge with names hidden (E29)."""
