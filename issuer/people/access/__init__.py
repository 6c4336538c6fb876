"""Who may do what: the table of rules, the gate before every route, and sessions."""
