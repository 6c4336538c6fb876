"""Options that every command shares."""
