"""The `Credential` view: the one thing that decisions and pages read."""
