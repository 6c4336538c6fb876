"""The verifier's page and API (Flask blueprint), with the base template that the issuer's pages share."""
