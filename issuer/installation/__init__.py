"""One home of an issuer on one machine: making it, and copying it as a whole."""
