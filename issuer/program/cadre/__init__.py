"""The cadre: teachers with a credential who agreed to be found by skill, grade and building."""
