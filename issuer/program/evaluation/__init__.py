"""Who judges which request, and what they judge."""
