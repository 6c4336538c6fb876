"""What a cap is and what counts against it, in cents: pure rules, each figure a test."""
