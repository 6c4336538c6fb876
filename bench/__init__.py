"""Measure signing and verifying against others, on this machine: `make bench`."""
