"""Credentials on the desk: found, looked at, corrected, revoked."""
