"""The bench for many: `mintmark-verify batch`, for a folder of applicants' credentials."""
