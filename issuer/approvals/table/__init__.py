"""Approvals in a table, a row each: issued by a job that can be killed and goes on."""
