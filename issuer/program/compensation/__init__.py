"""What a micro-credential is worth in money: walled off, imported by nothing else (D22, I10)."""
