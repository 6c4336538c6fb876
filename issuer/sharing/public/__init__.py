"""The pages that anybody with the link can read."""
