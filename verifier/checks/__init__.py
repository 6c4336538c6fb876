"""The checks besides the signature: dates, status, disclosure, evidence, recipient."""
