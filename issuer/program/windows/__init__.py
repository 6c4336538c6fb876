"""When proposals and completions are taken, and by when they are decided."""
