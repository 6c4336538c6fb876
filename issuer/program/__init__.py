"""The program: from a teacher's idea to an approval."""
