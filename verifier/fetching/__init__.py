"""Requests to other sites, within limits, and the cache of their responses."""
