"""Trust lists of others: downloaded, verified, stored and kept up to date."""
