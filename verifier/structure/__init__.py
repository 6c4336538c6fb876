"""How a credential is written: what could hide statements, and what it lacks."""
