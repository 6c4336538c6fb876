"""A report as the page shows it: its summary, its answers, and the facts of the credential."""
