"""The issuance cycle: build, prepare, sign, self-check, store; and the status lists."""
