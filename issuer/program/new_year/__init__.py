"""A new year of the program: its windows are planned, and everybody declares conflicts again."""
