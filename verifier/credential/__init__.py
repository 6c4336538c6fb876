"""The `Credential` view, from which decisions are made and pages are rendered."""
