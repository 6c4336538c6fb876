"""`mintmark-verify batch`: check the credentials of many applicants at once."""
