"""Text that strangers wrote, read strictly: JSON, TOML, web addresses."""
