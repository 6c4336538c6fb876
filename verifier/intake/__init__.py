"""Read a submission: find the credential in a file, a picture, a code or a link."""
