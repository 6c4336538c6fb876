"""Public keys, their encodings, and the verification of signatures."""
