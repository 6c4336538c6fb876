"""What is published on every host: rows that they share, and the documents about the keys."""
