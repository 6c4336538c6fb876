"""What an issuer says of others: endorsements and trust lists."""
