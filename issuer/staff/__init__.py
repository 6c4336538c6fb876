"""The desk of a school office: finding, issuing, correcting and revoking credentials on pages."""

from typing import Final

DESK: Final = "desk"
"""The part of the navigation that stands on every page of the desk."""
