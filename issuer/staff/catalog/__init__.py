"""The catalog on pages: achievements and rubrics are made, changed, retired, and taken over."""
