"""Signing keys: the `Signer` seam, sealed key files, and what of them is published."""
