"""What the pages of an office take: `python -m bench.desk`."""
