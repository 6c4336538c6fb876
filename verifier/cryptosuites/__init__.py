"""The cryptosuites (Data Integrity), one row each."""
