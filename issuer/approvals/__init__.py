"""Approvals coming in: Standard Webhooks, the published schema, and the senders' commands."""
