"""What people and machines fetch: credential pages and forms, achievement pages."""
