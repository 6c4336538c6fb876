"""Many people at once: tables and OneRoster files, what would change, and the change."""
