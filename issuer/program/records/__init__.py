"""How long the records of the program are kept, who asks for them, and how they end."""
