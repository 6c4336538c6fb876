"""The page on which an office checks many applicants, as `mintmark-verify batch` does."""
