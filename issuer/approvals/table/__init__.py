"""Approvals in a table, one a row, issued by a job that resumes after it was killed."""
