"""Status lists: places that are handed out once, what is published, and its renewal in time."""
