"""What an operator may set for every command."""
