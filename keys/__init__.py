"""Signing keys: the `Signer` seam, encrypted key files, and the documents that publish them."""
