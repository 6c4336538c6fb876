"""Changes to an approved plan: each one is stored, and whoever approved the plan is told."""
