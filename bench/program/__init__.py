"""The program of a district ten times a large one: what its pages and its great days take."""
