"""What proves a credential: Data Integrity proofs and VC-JWTs."""
