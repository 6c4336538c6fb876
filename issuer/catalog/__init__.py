"""Achievements and rubrics: read from files, kept as versions, drawn where no image is given."""
