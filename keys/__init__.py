"""Signing keys: the `Signer` seam, encrypted key files, and their public halves as DID document and JWKS."""
