"""The verifier's page and API (extra `[web]`)."""
