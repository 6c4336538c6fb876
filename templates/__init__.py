"""Pages, the certificate and its fonts (package `issuer.templates`)."""
