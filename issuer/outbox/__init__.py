"""What leaves: mail to teachers, kept as rows until somebody has taken it (D11, P4)."""
