"""Making the forms of a credential, and checking them with our own verifier before release."""
