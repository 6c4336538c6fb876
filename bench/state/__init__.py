"""What a state's engines do together, at any size: `python -m bench.state 1000 10000 100000`."""
