"""Issuing from the desk: one credential, by a form that is the approval."""
