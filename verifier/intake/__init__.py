"""What was handed in: the credential in a file, a picture, a code or a link."""
