"""A new year of the program: windows planned again, and everybody asked again."""
