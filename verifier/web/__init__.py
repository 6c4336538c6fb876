"""The verifier's page, with the base template that the issuer's pages share (extra `[web]`)."""
