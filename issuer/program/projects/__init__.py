"""A teacher's project, from the first idea to the approval."""
