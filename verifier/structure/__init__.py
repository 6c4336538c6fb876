"""How a credential is written: what may hide statements, and what it lacks."""
