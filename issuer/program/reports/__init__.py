"""What the district learns from its program: figures as charts, tables and CSV, of no person."""
