"""Signing in: by a link in a mail, and the pages for it."""
