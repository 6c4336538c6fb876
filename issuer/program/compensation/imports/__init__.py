"""Tables that payroll hands in: looked at first, then carried out."""
