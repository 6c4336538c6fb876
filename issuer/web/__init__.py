"""What every page shares: how it leaves, and how a problem is told."""
