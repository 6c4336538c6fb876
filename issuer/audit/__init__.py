"""Who did what, and when: entries that hold the hash of the one before."""
