"""The pages of a teacher who is signed in: all her credentials, and the way back to a lost link."""
