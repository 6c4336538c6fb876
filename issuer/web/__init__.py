"""What every page shares: its headers, and how a problem is shown."""
