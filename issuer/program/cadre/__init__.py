"""The cadre: teachers who earned something and want to be found, by skill, grade and building."""
